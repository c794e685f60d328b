package dev.epoch.events.event;

import dev.epoch.events.table.TableEntry;
import java.util.List;
import java.util.UUID;

/**
 * Some tables of a commit that is too large for one record; the commit follows in the same append.
 *
 * @param operationId of the operation
 * @param tables changed against the first parent
 */
public record CommitTablesRecordedV1(UUID operationId, List<TableEntry> tables) implements Event {
  public CommitTablesRecordedV1 {
    tables = tables == null ? List.of() : List.copyOf(tables);
  }
}
