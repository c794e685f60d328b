package dev.epoch.storage;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.UUID;

/**
 * Names an operation everywhere.
 *
 * @param id unique for ever
 * @param position place in the repository's order of operations: states before it have lower
 *     positions
 */
public record OperationId(UUID id, long position) {
  public OperationId {
    Objects.requireNonNull(id, "id");
    if (position < 1) {
      throw new IllegalArgumentException("positions count from 1");
    }
  }

  /**
   * Names what the operation does with one table, where a database does no more at once: always the
   * same for the same table.
   */
  public OperationId of(String table) {
    byte[] name = (id + "/" + table).getBytes(StandardCharsets.UTF_8);
    return new OperationId(UUID.nameUUIDFromBytes(name), position);
  }
}
