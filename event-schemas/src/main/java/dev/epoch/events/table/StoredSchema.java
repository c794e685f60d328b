package dev.epoch.events.table;

import dev.epoch.events.Digest;
import java.util.Objects;

/**
 * A schema with the hash under which entries of commits name it.
 *
 * @param tableId of the table that has it
 * @param hash of the schema
 * @param schema itself
 */
public record StoredSchema(String tableId, Digest hash, TableSchema schema) {
  public StoredSchema {
    Objects.requireNonNull(tableId, "tableId");
    Objects.requireNonNull(hash, "hash");
    Objects.requireNonNull(schema, "schema");
  }
}
