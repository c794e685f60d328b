package dev.epoch.storage.layered;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.state.ChangeQuery;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rows that a merge brings to one table, and taking them back. */
final class LayeredMerge {
  private static final int PAGE = 512;

  /**
   * Writes what was planned, and commits it.
   *
   * @param head where the branch's rows are, what was committed first included
   * @return where they are then
   */
  RowsLocation merge(
      LayerSession session,
      BranchHandle branch,
      MergeRows merge,
      RowsLocation head,
      OperationId operation,
      PlannedRows planned) {
    TableHandle table = merge.table().table().with(planned.schema().orElse(schema(merge)));
    boolean overtaken = !head.equals(merge.table().head());
    Writes writes =
        new Writes(session, table, branch, overtaken ? Overtaking.of(session, merge, head) : null);
    writes.all(planned);
    if (branch.isDefault()) {
      if (session.dropUnchangedLive(table) == 0) {
        return head;
      }
      session.commitHistory(table, operation.position());
      return RowsLocation.live(operation.position());
    }
    long changed = session.dropUnchanged(table, branch.id(), StateLayers.at(head));
    if (changed == 0 && merge.anchor() == head.anchor()) {
      return head;
    }
    RowsLocation location = new RowsLocation(merge.anchor(), branch.id(), operation.position());
    settle(session, table, branch.id(), head, location);
    return location;
  }

  private static TableSchema schema(MergeRows merge) {
    return merge.table().table().schema();
  }

  /**
   * What is uncommitted on a branch is committed at another location: with what the branch saw
   * where the new anchor shows something else, and with all of the overlay if that was another
   * branch's.
   */
  static void settle(
      LayerSession session, TableHandle table, String branch, RowsLocation head, RowsLocation to) {
    List<KeySource> kept = new ArrayList<>();
    if (head.anchor() != to.anchor()) {
      kept.add(
          new KeySource.HistoryBetween(
              Math.min(head.anchor(), to.anchor()), Math.max(head.anchor(), to.anchor())));
    }
    if (head.overlay() != null && !head.overlay().equals(branch)) {
      kept.add(new KeySource.OfOverlay(head.overlay(), head.overlayPosition()));
    }
    if (!kept.isEmpty()) {
      session.freeze(table, branch, kept, StateLayers.at(head));
    }
    session.commitOverlay(table, branch, to.overlayPosition(), StateLayers.live(to.anchor()));
  }

  /** Live rows that were committed below a merge after it was planned. */
  private record Overtaking(Set<RowKey> keys, StateLayers now) {
    static Overtaking of(LayerSession session, MergeRows merge, RowsLocation head) {
      Set<RowKey> keys = new HashSet<>();
      StateLayers now = StateLayers.at(head);
      for (RowChange change :
          changes(session, merge.table().table(), StateLayers.at(merge.table().head()), now)) {
        keys.add(change.key());
      }
      return new Overtaking(keys, now);
    }
  }

  /**
   * Writes planned rows, a page at a time; those that were overtaken are planned anew at the end.
   */
  private record Writes(
      LayerSession session, TableHandle table, BranchHandle branch, Overtaking overtaking) {

    void all(PlannedRows planned) {
      Map<RowKey, Row> again = new HashMap<>();
      List<RowChange> page = new ArrayList<>();
      RowStream<RowChange> rows = planned.writes();
      while (rows.hasNext()) {
        RowChange change = rows.next();
        if (overtaking != null && overtaking.keys.contains(change.key())) {
          Row now = now(change.key());
          if (new SameRows(table.schema()).differ(now, change.before())) {
            again.put(change.key(), now);
            continue;
          }
        }
        page.add(change);
        if (page.size() == PAGE) {
          write(page);
          page = new ArrayList<>();
        }
      }
      write(page);
      if (overtaking != null) {
        RowStream<RowKey> kept = planned.kept();
        while (kept.hasNext()) {
          RowKey key = kept.next();
          if (overtaking.keys.contains(key)) {
            again.put(key, now(key));
          }
        }
        if (!again.isEmpty()) {
          write(planned.again(again));
        }
      }
    }

    private Row now(RowKey key) {
      try (KeySet keys = session.keys(table, List.of(key))) {
        return session.page(keys, table, overtaking.now, 1, 1).getFirst();
      }
    }

    private void write(List<RowChange> changes) {
      if (changes.isEmpty()) {
        return;
      }
      if (branch.isDefault()) {
        session.writeLive(table, changes);
      } else {
        RequiredValues.check(table, changes);
        session.put(table, branch.id(), changes);
      }
    }
  }

  /** Gives the live table back what a merge has changed, where nobody has changed it since. */
  void writeBack(LayerSession session, TableHandle table, StateLayers before, StateLayers after) {
    StateLayers now = StateLayers.live(Layer.UNCOMMITTED);
    SameRows same = new SameRows(table.schema());
    int[] keyPlaces = table.schema().keyIndexes();
    KeySet keys =
        session.keys(
            List.of(new LayerSession.Keys(table, StateLayers.between(before, after))), null);
    try (KeyedRows rows =
        new KeyedRows(
            session,
            keys,
            new LayeredStates.At(table, before),
            new LayeredStates.At(table, after),
            new LayeredStates.At(table, now))) {
      List<RowChange> page = new ArrayList<>();
      for (Row[] states = rows.next(); states != null; states = rows.next()) {
        boolean written = same.differ(states[0], states[1]);
        if (written && !same.differ(states[1], states[2])) {
          Row one = states[0] == null ? states[1] : states[0];
          page.add(new RowChange(one.key(keyPlaces), states[1], states[0]));
        }
      }
      for (int from = 0; from < page.size(); from += PAGE) {
        session.writeLive(table, page.subList(from, Math.min(from + PAGE, page.size())));
      }
    }
  }

  /** All that differs; for few rows. */
  static List<RowChange> changes(
      LayerSession session, TableHandle table, StateLayers from, StateLayers to) {
    KeySet keys =
        session.keys(List.of(new LayerSession.Keys(table, StateLayers.between(from, to))), null);
    List<RowChange> changes = new ArrayList<>();
    try (ChangeStream stream =
        new ChangeStream(
            new KeyedRows(
                session, keys, new LayeredStates.At(table, from), new LayeredStates.At(table, to)),
            ChangeQuery.all())) {
      stream.forEachRemaining(changes::add);
    }
    return changes;
  }
}
