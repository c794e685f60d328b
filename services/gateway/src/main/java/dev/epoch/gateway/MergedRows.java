package dev.epoch.gateway;

import dev.epoch.events.Digest;
import dev.epoch.model.changes.ChangeSetReader;
import dev.epoch.model.changes.ChangeSetWriter;
import dev.epoch.model.changes.ConflictSetWriter;
import dev.epoch.model.merge.BaseRow;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.MergeOutcome;
import dev.epoch.model.merge.ResolvedMerge;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.merge.RowMerge;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.TableHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Merges the rows of one table: collects what is to be written, in chunks, and what conflicts. */
final class MergedRows implements BaseRows.Consumer {
  private final RowMerge merge;
  private final ResolvedMerge resolved;
  private final List<Decision> decisions;
  private final Map<RowKey, RowConflict> broken = new HashMap<>();
  private final ChunkBuffer buffer;
  private final ChangeSetWriter writer;
  private final List<RowConflict> conflicts = new ArrayList<>();
  private Digest root;

  /**
   * @param known conflicts reported before; those of broken constraints are settled by decisions
   *     alone
   */
  MergedRows(
      RowMerge merge,
      TableHandle table,
      ChunkBuffer buffer,
      List<RowConflict> known,
      List<Decision> decisions) {
    this.merge = merge;
    this.resolved = new ResolvedMerge(merge);
    this.decisions = decisions;
    this.buffer = buffer;
    this.writer = new ChangeSetWriter(table.schema(), buffer::put);
    known.stream()
        .filter(conflict -> conflict.tableId().equals(table.id()) && conflict.constraint() != null)
        .forEach(conflict -> broken.put(conflict.key(), conflict));
  }

  @Override
  public void accept(RowKey key, BaseRow base, Row ours, Row theirs) {
    RowConflict former = broken.remove(key);
    MergeOutcome outcome =
        former != null
            ? resolved.resolve(key, base, ours, theirs, former, decisions)
            : merge.merge(key, base, ours, theirs);
    if (outcome instanceof MergeOutcome.Conflict(RowConflict conflict)
        && former == null
        && !decisions.isEmpty()) {
      outcome = resolved.resolve(key, base, ours, theirs, conflict, decisions);
    }
    switch (outcome) {
      case MergeOutcome.Unchanged unchanged -> {}
      case MergeOutcome.Write(RowChange change) -> writer.add(change);
      case MergeOutcome.Conflict(RowConflict conflict) -> conflicts.add(conflict);
    }
  }

  /** Takes decisions about broken constraints of rows that the source did not change. */
  void settleOthers(Function<RowKey, ThreeWayRow> rows) {
    for (RowKey key : List.copyOf(broken.keySet())) {
      ThreeWayRow row = rows.apply(key);
      accept(key, BaseRow.of(row.base()), row.ours(), row.theirs());
    }
  }

  /** Adds the conflicts to a set; how many there are. */
  long writeConflicts(ConflictSetWriter set) {
    conflicts.forEach(set::add);
    return conflicts.size();
  }

  /** The rows to write, from the start. */
  RowStream<RowChange> written() {
    if (root == null) {
      root = writer.finish().root();
    }
    return new ChangeSetReader(root, buffer::get).changes();
  }
}
