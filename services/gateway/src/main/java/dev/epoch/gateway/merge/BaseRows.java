package dev.epoch.gateway.merge;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableEntry;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.commit.MergeBase;
import dev.epoch.model.merge.BaseRow;
import dev.epoch.model.merge.RowMerge;
import dev.epoch.model.merge.VirtualBase;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.StateReader;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Rows of a table at the base of a merge: one commit, or, for histories that merged each other
 * crosswise, the merge of several. The first case streams; the second keeps the changed keys in
 * memory.
 */
public final class BaseRows {
  /** What is done with each row that may have to be merged. */
  interface Consumer {
    void accept(RowKey key, BaseRow base, Row ours, Row theirs);
  }

  private final StateReader reader;
  private final TableHandle table;
  private final RepositoryState state;
  private final MergeBase base;

  BaseRows(StateReader reader, TableHandle table, RepositoryState state, MergeBase base) {
    this.reader = reader;
    this.table = table;
    this.state = state;
    this.base = base;
  }

  /**
   * The table's entries in the commits that the base is made of; those that lack it are left out.
   */
  static List<TableEntry> entries(RepositoryState state, MergeBase base, String name) {
    List<TableEntry> entries = new ArrayList<>();
    for (CommitId id : base.bestCommonAncestors()) {
      TableEntry entry = state.commits().byId().get(id.hex()).tree().get(name);
      if (entry == null) {
        return List.of();
      }
      entries.add(entry);
    }
    return entries;
  }

  /** Calls for each key whose row differs between theirs and the base. */
  void forEach(RowMerge merge, TableState ours, TableState theirs, Consumer consumer) {
    List<CommitId> bases = base.bestCommonAncestors();
    if (bases.size() == 1) {
      try (RowStream<ThreeWayRow> rows =
          reader.threeWay(table, at(bases.getFirst()), ours, theirs)) {
        while (rows.hasNext()) {
          ThreeWayRow row = rows.next();
          consumer.accept(row.key(), BaseRow.of(row.base()), row.ours(), row.theirs());
        }
      }
      return;
    }
    Map<RowKey, Map<CommitId, Row>> differing = new LinkedHashMap<>();
    Map<RowKey, ThreeWayRow> sides = new HashMap<>();
    for (CommitId id : bases) {
      try (RowStream<ThreeWayRow> rows = reader.threeWay(table, at(id), ours, theirs)) {
        while (rows.hasNext()) {
          ThreeWayRow row = rows.next();
          differing.computeIfAbsent(row.key(), key -> new HashMap<>()).put(id, row.base());
          sides.put(row.key(), row);
        }
      }
    }
    VirtualBase virtual = new VirtualBase(merge);
    differing.forEach((key, known) -> {
      ThreeWayRow row = sides.get(key);
      BaseRow baseRow =
          virtual.row(
              key,
              base,
              id ->
                  known.containsKey(id)
                      ? known.get(id)
                      : bases.contains(id)
                          ? row.theirs()
                          : reader.row(table, at(id), key).orElse(null));
      consumer.accept(key, baseRow, row.ours(), row.theirs());
    });
  }

  /**
   * Calls for each key whose row differs between the sides, where the base is one commit that lacks
   * columns: what is kept for these there is no row of it, and does not tell which keys differ.
   */
  void forEachBetween(TableState ours, TableState theirs, Consumer consumer) {
    CommitId only = base.bestCommonAncestors().iterator().next();
    try (RowStream<ThreeWayRow> rows = reader.threeWay(table, ours, at(only), theirs)) {
      while (rows.hasNext()) {
        ThreeWayRow row = rows.next();
        consumer.accept(row.key(), BaseRow.of(row.ours()), row.base(), row.theirs());
      }
    }
  }

  /** Whether there is such a change of a side, seen from each commit that the base is made of. */
  boolean anyChange(TableState side, Predicate<RowChange> such) {
    return base.bestCommonAncestors().stream()
        .allMatch(id -> {
          try (RowStream<RowChange> changes =
              reader.changes(table, at(id), side, ChangeQuery.all())) {
            while (changes.hasNext()) {
              if (such.test(changes.next())) {
                return true;
              }
            }
            return false;
          }
        });
  }

  /**
   * The row of a key in the first of the commits that the base is made of, null where it is absent.
   */
  Row row(RowKey key) {
    return base.bestCommonAncestors().stream()
        .findFirst()
        .flatMap(id -> reader.row(table, at(id), key))
        .orElse(null);
  }

  private TableState at(CommitId id) {
    CommitState commit = state.commits().byId().get(id.hex());
    TableEntry entry = commit.tree().get(table.name());
    return entry == null || !entry.tableId().equals(table.id())
        ? new TableState.Empty()
        : new TableState.Committed(entry.location());
  }
}
