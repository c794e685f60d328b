package dev.epoch.storage.postgres;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.postgres.PhysicalState.Live;
import dev.epoch.storage.postgres.PhysicalState.Overlaid;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A state as one snapshot has it: without the relations that hold nothing in it, and read from a
 * branch's copy where that has the same rows.
 *
 * @param physical where to read
 * @param empty relations of it that hold nothing
 */
record SnapshotState(PhysicalState physical, Set<Sidecar> empty) {

  /** Asks; the supplier waits for the answer, which is of the transaction's snapshot. */
  static Supplier<SnapshotState> ask(Session session, TableHandle table, PhysicalState state) {
    List<Sidecar> sidecars = List.copyOf(StateSql.sidecars(state));
    if (sidecars.isEmpty()) {
      return () -> new SnapshotState(state, Set.of());
    }
    StringBuilder sql = new StringBuilder("SELECT ");
    for (Sidecar sidecar : sidecars) {
      sql.append(
          "EXISTS (SELECT FROM %s x WHERE %s), "
              .formatted(sidecar.relation(), sidecar.condition("x")));
    }
    sql.append(state instanceof Overlaid overlaid ? copyOf(table, overlaid) : "NULL::text");
    Supplier<List<SnapshotState>> answer =
        session.ask(
            sql.toString(),
            row -> {
              Set<Sidecar> empty = new LinkedHashSet<>();
              for (int i = 0; i < sidecars.size(); i++) {
                if (!row.getBoolean(i)) {
                  empty.add(sidecars.get(i));
                }
              }
              String copy = row.getString(sidecars.size());
              return copy != null && state instanceof Overlaid overlaid && isNow(overlaid, empty)
                  ? new SnapshotState(ofCopy(overlaid, copy), Set.of())
                  : new SnapshotState(state, empty);
            });
    return () -> answer.get().getFirst();
  }

  /** The same, and waits. */
  static SnapshotState of(Session session, TableHandle table, PhysicalState state) {
    return ask(session, table, state).get();
  }

  /** Whether nothing was written on the overlay since its position. */
  private static boolean isNow(Overlaid state, Set<Sidecar> empty) {
    return state.now()
        || empty.contains(Sidecar.at(state.overlay().history(), state.position()))
            && empty.contains(Sidecar.all(state.overlay().workingSet()));
  }

  /**
   * The copy that stands for the overlay over the same state of the live table; it cannot be
   * dropped before the transaction ends.
   */
  private static String copyOf(TableHandle table, Overlaid state) {
    return """
    (SELECT epoch.hold_copy(place.copy_relation) FROM epoch.branch_tables AS place
     WHERE place.branch_id = %s AND place.table_id = %s AND place.has_copy AND place.anchor = %d)\
    """
        .formatted(
            Quote.literal(state.overlay().branch()),
            Quote.literal(table.id()),
            state.base().anchor());
  }

  private static Live ofCopy(Overlaid state, String copy) {
    LiveRelations live = state.base().live();
    return new Live(new LiveRelations(copy, live.workingSet(), live.history()), PhysicalState.NOW);
  }
}
