package dev.epoch.gateway.operation;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TableHandle;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Columns that a table had, that were dropped, and that it gets again with their identity. */
final class ReturnedColumns {
  /** Commits on the branch's line that are looked at; beyond them a column may have been. */
  private static final int MOST = 1000;

  private ReturnedColumns() {}

  /** Where databases may keep values of columns that a table gets, of rows that nobody wrote. */
  enum Kept {
    NOWHERE,
    /**
     * In the branch's own layers: it may have had a column in commits that it was moved away from.
     */
    LAYERS,
    ANYWHERE
  }

  /**
   * Where to look after a merge.
   *
   * @param before the schema that the table had
   * @param after the schema that it gets
   * @param to where its rows are then
   */
  static Kept after(
      RepositoryState state,
      String branchId,
      TableHandle table,
      TableSchema before,
      TableSchema after,
      RowsLocation to) {
    if (any(state, branchId, table, before, after)) {
      return Kept.ANYWHERE;
    }
    return branchId.equals(to.overlay()) && !ids(before).containsAll(ids(after))
        ? Kept.LAYERS
        : Kept.NOWHERE;
  }

  /** The same after a commit of what sessions have done: columns that the log knows may be such. */
  static Kept afterCommit(
      RepositoryState state,
      String branchId,
      TableSchema before,
      TableSchema after,
      RowsLocation to) {
    Set<String> added = ids(after);
    added.removeAll(ids(before));
    return branchId.equals(to.overlay())
            && !added.isEmpty()
            && state.tables().schemas().values().stream()
                .anyMatch(schema -> ids(schema).stream().anyMatch(added::contains))
        ? Kept.LAYERS
        : Kept.NOWHERE;
  }

  /**
   * Whether one of the columns that a table gets may be such a one.
   *
   * @param before the schema that it had
   * @param after the schema that it gets
   */
  private static boolean any(
      RepositoryState state,
      String branchId,
      TableHandle table,
      TableSchema before,
      TableSchema after) {
    Set<String> added = ids(after);
    added.removeAll(ids(before));
    if (added.isEmpty()) {
      return false;
    }
    String id = state.branches().byId().get(branchId).head();
    for (int i = 0; i < MOST && id != null; i++) {
      Optional<CommitState> commit = state.commits().of(id);
      if (commit.isEmpty()) {
        return true;
      }
      TableEntry entry = commit.get().tree().get(table.name());
      if (entry != null
          && entry.tableId().equals(table.id())
          && ids(state.tables().schema(entry.schemaHash())).stream().anyMatch(added::contains)) {
        return true;
      }
      id = state.commits().firstParent(id);
    }
    return id != null;
  }

  private static Set<String> ids(TableSchema schema) {
    Set<String> ids = new HashSet<>();
    schema.columns().stream()
        .filter(column -> !column.generated())
        .map(Column::id)
        .forEach(ids::add);
    return ids;
  }
}
