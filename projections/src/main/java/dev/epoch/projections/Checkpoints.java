package dev.epoch.projections;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The table of checkpoints. */
final class Checkpoints {
  private static final String ENSURE =
      """
      INSERT INTO epoch_read.projections (name)
      VALUES ($1)
      ON CONFLICT (name) DO NOTHING
      """;

  /** Waits for who has a lock, and then reads what that one wrote. */
  private static final String LOCK =
      """
      SELECT name, position, stops
      FROM epoch_read.projections
      WHERE name = ANY ($1)
      ORDER BY name
      FOR UPDATE
      """;

  private static final String ALL =
      """
      SELECT name, position, stops
      FROM epoch_read.projections
      ORDER BY name
      """;

  private static final String ONE =
      """
      SELECT name, position, stops
      FROM epoch_read.projections
      WHERE name = $1
      """;

  private static final String MOVE =
      """
      UPDATE epoch_read.projections
      SET position = $2, updated_at = now()
      WHERE name = ANY ($1)
      """;

  private static final String SAVE =
      """
      UPDATE epoch_read.projections
      SET position = $2, stops = $3, updated_at = now()
      WHERE name = $1
      """;

  private Checkpoints() {}

  static Uni<Void> ensure(SqlClient client, Projector projector) {
    return client.preparedQuery(ENSURE).execute(Tuple.of(projector.name())).replaceWithVoid();
  }

  /**
   * The checkpoints, locked until the transaction ends: one process moves a projection at a time.
   */
  static Uni<List<Checkpoint>> lock(SqlConnection transaction, List<String> names) {
    return transaction
        .preparedQuery(LOCK)
        .execute(Tuple.of(names.toArray(String[]::new)))
        .map(Checkpoints::checkpoints);
  }

  static Uni<List<Checkpoint>> all(SqlClient client) {
    return client.query(ALL).execute().map(Checkpoints::checkpoints);
  }

  /** How far the projection of this name is. */
  static Uni<Checkpoint> one(SqlClient client, String name) {
    return client
        .preparedQuery(ONE)
        .execute(Tuple.of(name))
        .map(rows ->
            checkpoints(rows).stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no checkpoint of " + name)));
  }

  static Uni<Void> move(SqlConnection transaction, List<String> names, long position) {
    return transaction
        .preparedQuery(MOVE)
        .execute(Tuple.of(names.toArray(String[]::new), position))
        .replaceWithVoid();
  }

  /** Replaces a checkpoint that is locked. */
  static Uni<Void> save(
      SqlConnection transaction, String name, long position, Map<String, Stop> stops) {
    return transaction
        .preparedQuery(SAVE)
        .execute(Tuple.of(name, position, json(stops)))
        .replaceWithVoid();
  }

  /**
   * Changes where a projection stopped, in one transaction.
   *
   * @param change to the stops that are there; null leaves all as it is
   * @return whether it was changed
   */
  static Uni<Boolean> changeStops(
      Pool pool, String name, Function<Checkpoint, Map<String, Stop>> change) {
    return pool.withTransaction(transaction ->
        lock(transaction, List.of(name))
            .map(List::getFirst)
            .chain(checkpoint -> {
              Map<String, Stop> stops = change.apply(checkpoint);
              return stops == null
                  ? Uni.createFrom().item(false)
                  : save(transaction, name, checkpoint.position(), stops).replaceWith(true);
            }));
  }

  private static List<Checkpoint> checkpoints(RowSet<Row> rows) {
    List<Checkpoint> checkpoints = new ArrayList<>();
    rows.forEach(row ->
        checkpoints.add(
            new Checkpoint(
                row.getString("name"),
                row.getLong("position"),
                stops(row.getJsonObject("stops")))));
    return checkpoints;
  }

  private static JsonObject json(Map<String, Stop> stops) {
    JsonObject json = new JsonObject();
    stops.forEach((repository, stop) ->
        json.put(
            repository,
            new JsonObject()
                .put("state", stop.state().name())
                .put("position", stop.position())
                .put("error", stop.error().replace("\0", ""))
                .put("since", stop.since().toString())));
    return json;
  }

  private static Map<String, Stop> stops(JsonObject json) {
    Map<String, Stop> stops = new HashMap<>();
    for (String repository : json.fieldNames()) {
      JsonObject stop = json.getJsonObject(repository);
      stops.put(
          repository,
          new Stop(
              repository,
              Stop.State.valueOf(stop.getString("state")),
              stop.getLong("position"),
              stop.getString("error"),
              Instant.parse(stop.getString("since"))));
    }
    return stops;
  }
}
