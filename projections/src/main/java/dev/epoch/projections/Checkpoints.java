package dev.epoch.projections;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table of checkpoints. */
final class Checkpoints {
  private static final String ENSURE =
      """
      INSERT INTO epoch_read.projections (name, lifecycle)
      VALUES ($1, $2)
      ON CONFLICT (name) DO UPDATE SET lifecycle = excluded.lifecycle
      """;

  private static final String LOCK =
      """
      SELECT name, lifecycle, position, state, parked_at, error, xmin::text AS version
      FROM epoch_read.projections
      WHERE name = ANY ($1)
      ORDER BY name
      FOR UPDATE
      """;

  private static final String ALL =
      """
      SELECT name, lifecycle, position, state, parked_at, error, xmin::text AS version
      FROM epoch_read.projections
      ORDER BY name
      """;

  private static final String MOVE =
      """
      UPDATE epoch_read.projections
      SET position = $2, updated_at = now()
      WHERE name = ANY ($1)
      """;

  private static final String PARK =
      """
      UPDATE epoch_read.projections
      SET state = 'parked', parked_at = $2, error = $3, updated_at = now()
      WHERE name = $1 AND xmin::text = $4
      """;

  private static final String RESUME =
      """
      UPDATE epoch_read.projections
      SET state = 'running', parked_at = NULL, error = NULL,
          position = CASE WHEN $2 THEN coalesce(parked_at, position) ELSE position END, updated_at = now()
      WHERE name = $1 AND state = 'parked'
      """;

  private Checkpoints() {}

  static Uni<Void> ensure(SqlClient client, Projector projector) {
    return client
        .preparedQuery(ENSURE)
        .execute(Tuple.of(projector.name(), projector.lifecycle().name().toLowerCase(Locale.ROOT)))
        .replaceWithVoid();
  }

  /**
   * The checkpoints, locked until the transaction ends: one process moves a projection at a time.
   */
  static Uni<List<Checkpoint>> lock(SqlConnection transaction, List<String> names) {
    return transaction
        .preparedQuery(LOCK)
        .execute(Tuple.of(names.toArray(String[]::new)))
        .map(rows -> {
          List<Checkpoint> checkpoints = new ArrayList<>();
          rows.forEach(row -> checkpoints.add(checkpoint(row)));
          return checkpoints;
        });
  }

  static Uni<List<Checkpoint>> all(SqlClient client) {
    return client
        .query(ALL)
        .execute()
        .map(rows -> {
          List<Checkpoint> checkpoints = new ArrayList<>();
          rows.forEach(row -> checkpoints.add(checkpoint(row)));
          return checkpoints;
        });
  }

  static Uni<Void> move(SqlConnection transaction, List<String> names, long position) {
    return transaction
        .preparedQuery(MOVE)
        .execute(Tuple.of(names.toArray(String[]::new), position))
        .replaceWithVoid();
  }

  /**
   * Parks the projection unless something happened to it since it was seen: a retry, or another
   * process that could apply the event.
   *
   * @param position of the event that {@code seen} stands before
   * @return whether it did
   */
  static Uni<Boolean> park(SqlClient client, Checkpoint seen, long position, String error) {
    return client
        .preparedQuery(PARK)
        .execute(Tuple.of(seen.name(), position, error, seen.version()))
        .map(rows -> rows.rowCount() > 0);
  }

  /**
   * @param skip whether the event that it stands before is left out
   * @return whether it was parked
   */
  static Uni<Boolean> resume(SqlClient client, String name, boolean skip) {
    return client
        .preparedQuery(RESUME)
        .execute(Tuple.of(name, skip))
        .map(rows -> rows.rowCount() > 0);
  }

  private static Checkpoint checkpoint(Row row) {
    return new Checkpoint(
        row.getString("name"),
        Projector.Lifecycle.valueOf(row.getString("lifecycle").toUpperCase(Locale.ROOT)),
        row.getLong("position"),
        row.getString("state").equals("parked"),
        row.getLong("parked_at"),
        row.getString("error"),
        row.getString("version"));
  }
}
