package dev.epoch.storage.layered;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.layered.LayerSession.Keys;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads states that are made of layers. What lies between two of them is found by collecting the
 * keys that their layers decide otherwise, and reading both states at these keys: O(changes).
 */
public final class LayeredStates {
  private final LayerStore store;

  public LayeredStates(LayerStore store) {
    this.store = store;
  }

  /** A table with one of its states. */
  record At(TableHandle table, StateLayers state) {
    static At of(TableHandle table, TableState state) {
      return state instanceof TableState.Another(TableHandle other, TableState its)
          ? new At(other, StateLayers.of(its))
          : new At(table, StateLayers.of(state));
    }
  }

  public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
    At at = At.of(table, state);
    LayerSession session = store.begin(false);
    try {
      return new SessionStream<>(session, session.rows(at.table, at.state, query));
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  public Optional<Row> row(TableHandle table, TableState state, RowKey key) {
    At at = At.of(table, state);
    try (LayerSession session = store.begin(false);
        KeySet keys = session.keys(at.table, List.of(key))) {
      return Optional.ofNullable(session.page(keys, at.table, at.state, 1, 1).getFirst());
    }
  }

  public RowStream<RowChange> changes(
      TableHandle table, TableState from, TableState to, ChangeQuery query) {
    At before = At.of(table, from);
    At after = At.of(table, to);
    LayerSession session = store.begin(false);
    try {
      KeySet keys = session.keys(sources(before, after), query.after());
      return new SessionStream<>(
          session, new ChangeStream(new KeyedRows(session, keys, before, after), query));
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  public RowStream<ThreeWayRow> threeWay(
      TableHandle table, TableState base, TableState ours, TableState theirs) {
    At from = At.of(table, base);
    At to = At.of(table, theirs);
    LayerSession session = store.begin(false);
    try {
      KeySet keys = session.keys(sources(from, to), null);
      return new SessionStream<>(
          session, new ThreeWayStream(new KeyedRows(session, keys, from, At.of(table, ours), to)));
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private static List<Keys> sources(At before, At after) {
    if (before.table.id().equals(after.table.id())) {
      return List.of(new Keys(before.table, StateLayers.between(before.state, after.state)));
    }
    return List.of(
        new Keys(before.table, List.of(new KeySource.OfState(before.state.layers()))),
        new Keys(after.table, List.of(new KeySource.OfState(after.state.layers()))));
  }

  /** Net uncommitted changes of tables, those without any left out. */
  public Map<String, PendingChanges> pending(BranchHandle branch, Collection<BranchTable> tables) {
    Map<String, PendingChanges> pending = new HashMap<>();
    for (BranchTable table : tables) {
      long[] counts = new long[RowChange.Kind.values().length];
      try (RowStream<RowChange> changes =
          changes(
              table.table(),
              new TableState.Committed(table.head()),
              new TableState.Working(branch, table.head()),
              ChangeQuery.all())) {
        changes.forEachRemaining(change -> counts[change.kind().ordinal()]++);
      }
      PendingChanges net =
          new PendingChanges(
              counts[RowChange.Kind.INSERT.ordinal()],
              counts[RowChange.Kind.UPDATE.ordinal()],
              counts[RowChange.Kind.DELETE.ordinal()]);
      if (net.total() > 0) {
        pending.put(table.table().id(), net);
      }
    }
    return pending;
  }

  /** Ids of tables with uncommitted rows on a branch, net or not. */
  public List<String> written(BranchHandle branch, Collection<BranchTable> tables) {
    List<String> written = new ArrayList<>();
    try (LayerSession session = store.begin(false)) {
      for (BranchTable table : tables) {
        if (session.any(table.table(), uncommitted(branch))) {
          written.add(table.table().id());
        }
      }
    }
    return written;
  }

  /** Keys that were written on a branch since its last commit. */
  static KeySource uncommitted(BranchHandle branch) {
    return branch.isDefault()
        ? new KeySource.HistoryBetween(Layer.UNCOMMITTED - 1, Layer.UNCOMMITTED)
        : new KeySource.OfWorking(branch.id());
  }
}
