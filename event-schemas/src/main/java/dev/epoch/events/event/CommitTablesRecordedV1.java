package dev.epoch.events.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.events.table.FormerTable;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.events.table.TableEntry;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Some tables of a commit that is too large for one record; the commit follows in the same append.
 *
 * @param operationId of the operation
 * @param tables changed against the first parent
 * @param formerTables by name: what they were there, those that it did not have are left out
 * @param schemas of the commit's entries, as far as no record before has them
 */
public record CommitTablesRecordedV1(
    UUID operationId,
    List<TableEntry> tables,
    Map<String, FormerTable> formerTables,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<StoredSchema> schemas)
    implements Event.OfCommit {
  public CommitTablesRecordedV1 {
    tables = tables == null ? List.of() : List.copyOf(tables);
    formerTables = formerTables == null ? Map.of() : Map.copyOf(formerTables);
    schemas = schemas == null ? List.of() : List.copyOf(schemas);
  }

  /** Entries whose schemas are all known. */
  public CommitTablesRecordedV1(
      UUID operationId, List<TableEntry> tables, Map<String, FormerTable> formerTables) {
    this(operationId, tables, formerTables, List.of());
  }
}
