package dev.epoch.storage.postgres.state;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.PhysicalState.Live;
import dev.epoch.storage.postgres.state.PhysicalState.Overlaid;
import io.vertx.mutiny.sqlclient.Row;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

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
    String copy = state instanceof Overlaid overlaid ? copyOf(table, overlaid) : "NULL::text";
    Supplier<List<SnapshotState>> answer =
        session.ask(
            "SELECT " + held(sidecars) + ", " + copy,
            row -> {
              Set<Sidecar> empty = empty(sidecars, row);
              String name = row.getString(sidecars.size());
              return name != null && state instanceof Overlaid overlaid && isNow(overlaid, empty)
                  ? new SnapshotState(ofCopy(overlaid, name), Set.of())
                  : new SnapshotState(state, empty);
            });
    return () -> answer.get().getFirst();
  }

  /** Which relations of states hold nothing in the transaction's snapshot. */
  static Set<Sidecar> empty(Session session, List<PhysicalState> states) {
    List<Sidecar> sidecars =
        states.stream().flatMap(state -> StateSql.sidecars(state).stream()).distinct().toList();
    return sidecars.isEmpty()
        ? Set.of()
        : session.first("SELECT " + held(sidecars), row -> empty(sidecars, row)).orElseThrow();
  }

  private static String held(List<Sidecar> sidecars) {
    return sidecars.stream()
        .map(sidecar ->
            "EXISTS (SELECT FROM %s x WHERE %s)"
                .formatted(sidecar.relation(), sidecar.condition("x")))
        .collect(Collectors.joining(", "));
  }

  private static Set<Sidecar> empty(List<Sidecar> sidecars, Row held) {
    Set<Sidecar> empty = new LinkedHashSet<>();
    for (int i = 0; i < sidecars.size(); i++) {
      if (!held.getBoolean(i)) {
        empty.add(sidecars.get(i));
      }
    }
    return empty;
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
