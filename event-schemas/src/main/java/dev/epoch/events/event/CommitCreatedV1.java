package dev.epoch.events.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.events.Actor;
import dev.epoch.events.table.FormerTable;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.events.table.TableEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A commit exists and is the head of its branch. The one atomic step that makes an operation true.
 *
 * @param operationId of the operation, or null
 * @param branchId of the branch
 * @param commit id
 * @param parents ids; the first is the head before
 * @param author of the change
 * @param message of the author
 * @param time of the commit, microseconds
 * @param tables changed against the first parent, with those recorded before
 * @param removedTables names of tables in the first parent and not here
 * @param locations by table id: where this branch keeps rows, if not where the commit says
 * @param live whether it holds the live changes that a merge found and commits first: the operation
 *     goes on with the merge's own commit
 * @param liveCommit id of the commit of live changes that the same operation made before this one,
 *     or null
 * @param formerTables by name: what tables that changed or were removed were in the first parent;
 *     those that it did not have are left out
 * @param schemas of entries, as far as no record before has them, with those recorded before
 */
public record CommitCreatedV1(
    UUID operationId,
    String branchId,
    String commit,
    List<String> parents,
    Actor author,
    String message,
    Instant time,
    List<TableEntry> tables,
    List<String> removedTables,
    Map<String, RowsLocation> locations,
    boolean live,
    String liveCommit,
    Map<String, FormerTable> formerTables,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<StoredSchema> schemas)
    implements Event.OfCommit {
  public CommitCreatedV1 {
    parents = parents == null ? List.of() : List.copyOf(parents);
    tables = tables == null ? List.of() : List.copyOf(tables);
    removedTables = removedTables == null ? List.of() : List.copyOf(removedTables);
    locations = locations == null ? Map.of() : Map.copyOf(locations);
    formerTables = formerTables == null ? Map.of() : Map.copyOf(formerTables);
    schemas = schemas == null ? List.of() : List.copyOf(schemas);
  }

  /** A commit whose schemas are all known. */
  public CommitCreatedV1(
      UUID operationId,
      String branchId,
      String commit,
      List<String> parents,
      Actor author,
      String message,
      Instant time,
      List<TableEntry> tables,
      List<String> removedTables,
      Map<String, RowsLocation> locations,
      boolean live,
      String liveCommit,
      Map<String, FormerTable> formerTables) {
    this(
        operationId,
        branchId,
        commit,
        parents,
        author,
        message,
        time,
        tables,
        removedTables,
        locations,
        live,
        liveCommit,
        formerTables,
        List.of());
  }
}
