package dev.epoch.gateway.merge.schema;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.stream.Lineage;
import dev.epoch.model.changes.ChangeSet;
import dev.epoch.model.changes.ChangeSetReader;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.commit.MergeBase;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;

/**
 * What commits recorded of a column, where its table has lost the values that rows had: what the
 * rows of the base were cannot be read any more, and is no change.
 *
 * @param chunks gives the bytes of a chunk by its name
 */
public record RecordedValues(
    RepositoryState state, MergeBase base, Function<Digest, byte[]> chunks) {

  /**
   * Whether a commit of a side, which the base does not have, changed values of a column. What
   * merges brought is in the commits that they merged.
   *
   * @param inserts whether those of rows that are new count
   */
  public boolean changed(CommitState head, String tableId, Column column, boolean inserts) {
    Deque<String> open = new ArrayDeque<>();
    Set<String> seen = new HashSet<>();
    open.add(head.id());
    while (!open.isEmpty()) {
      String id = open.remove();
      if (!seen.add(id) || isInBase(id)) {
        continue;
      }
      CommitState commit = state.commits().byId().get(id);
      open.addAll(commit.parents());
      if (commit.parents().size() == 1
          && commit.changed().stream()
              .filter(entry -> entry.tableId().equals(tableId))
              .anyMatch(entry -> changed(entry, column, inserts))) {
        return true;
      }
    }
    return false;
  }

  private boolean isInBase(String commit) {
    return base.bestCommonAncestors().stream()
        .map(CommitId::hex)
        .anyMatch(known -> known.equals(commit) || Lineage.isAncestor(state, commit, known));
  }

  private boolean changed(TableEntry entry, Column column, boolean inserts) {
    if (entry.changeSet() == null) {
      return false;
    }
    ChangeSetReader reader = new ChangeSetReader(entry.changeSet(), chunks);
    int index =
        reader.changeSet().columns().stream()
            .map(ChangeSet.ColumnName::id)
            .toList()
            .indexOf(column.id());
    try (RowStream<RowChange> changes = reader.changes()) {
      while (index >= 0 && changes.hasNext()) {
        RowChange change = changes.next();
        if ((inserts || change.kind() != RowChange.Kind.INSERT)
            && DroppedColumns.isNew(change, column, index)) {
          return true;
        }
      }
    }
    return false;
  }
}
