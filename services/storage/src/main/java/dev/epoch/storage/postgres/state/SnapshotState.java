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
record SnapshotState(PhysicalState physical, Set<LayerSource> empty) {

  /** Asks; the supplier waits for the answer, which is of the transaction's snapshot. */
  static Supplier<SnapshotState> ask(Session session, TableHandle table, PhysicalState state) {
    List<LayerSource> layers = List.copyOf(StateSql.layers(state));
    if (layers.isEmpty()) {
      return () -> new SnapshotState(state, Set.of());
    }
    String copy = state instanceof Overlaid overlaid ? copyOf(table, overlaid) : "NULL::text";
    Supplier<List<SnapshotState>> answer =
        session.ask(
            "SELECT " + held(layers) + ", " + copy,
            row -> {
              Set<LayerSource> empty = empty(layers, row);
              String name = row.getString(layers.size());
              return name != null && state instanceof Overlaid overlaid && isNow(overlaid, empty)
                  ? new SnapshotState(ofCopy(overlaid, name), Set.of())
                  : new SnapshotState(state, empty);
            });
    return () -> answer.get().getFirst();
  }

  /** Which relations of states hold nothing in the transaction's snapshot. */
  static Set<LayerSource> empty(Session session, List<PhysicalState> states) {
    List<LayerSource> layers =
        states.stream().flatMap(state -> StateSql.layers(state).stream()).distinct().toList();
    return layers.isEmpty()
        ? Set.of()
        : session.first("SELECT " + held(layers), row -> empty(layers, row)).orElseThrow();
  }

  private static String held(List<LayerSource> layers) {
    return layers.stream()
        .map(layer ->
            "EXISTS (SELECT FROM %s x WHERE %s)".formatted(layer.relation(), layer.condition("x")))
        .collect(Collectors.joining(", "));
  }

  private static Set<LayerSource> empty(List<LayerSource> layers, Row held) {
    Set<LayerSource> empty = new LinkedHashSet<>();
    for (int i = 0; i < layers.size(); i++) {
      if (!held.getBoolean(i)) {
        empty.add(layers.get(i));
      }
    }
    return empty;
  }

  /** The same, and waits. */
  static SnapshotState of(Session session, TableHandle table, PhysicalState state) {
    return ask(session, table, state).get();
  }

  /** Whether nothing was written on the overlay since its position. */
  private static boolean isNow(Overlaid state, Set<LayerSource> empty) {
    return state.now()
        || empty.contains(LayerSource.at(state.overlay().history(), state.position()))
            && empty.contains(LayerSource.all(state.overlay().workingSet()));
  }

  /**
   * The copy that stands for the overlay over the same state of the live table, or the open table
   * if it has nothing uncommitted; it cannot be dropped before the transaction ends.
   */
  private static String copyOf(TableHandle table, Overlaid state) {
    return """
    (SELECT
       CASE
         WHEN place.has_copy THEN epoch.hold_copy(place.copy_relation)
         ELSE epoch.hold_committed(place.branch_id, place.table_id)
       END
     FROM epoch.branch_tables AS place
     WHERE place.branch_id = %s AND place.table_id = %s AND place.anchor = %d
       AND (place.has_copy OR place.open_relation IS NOT NULL AND NOT EXISTS (
         SELECT FROM epoch.branches AS b WHERE b.branch_id = place.branch_id AND b.schema_only)))\
    """
        .formatted(
            Quote.literal(state.overlay().branch()),
            Quote.literal(table.id()),
            state.base().anchor());
  }

  private static Live ofCopy(Overlaid state, String copy) {
    LiveRelations live = state.base().live();
    return new Live(
        new LiveRelations(copy, live.workingSet(), live.history(), live.shape()),
        PhysicalState.NOW);
  }
}
