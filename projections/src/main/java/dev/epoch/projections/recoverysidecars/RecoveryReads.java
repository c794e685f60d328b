package dev.epoch.projections.recoverysidecars;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.epoch.events.Actor;
import dev.epoch.events.RecordCodec;
import dev.epoch.projections.ModelReads;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** What {@link RecoverySidecarsProjector} keeps, read without waiting. */
public final class RecoveryReads {
  private static final String OPEN =
      """
      SELECT operation_id::text, repository, kind, branch_id, expected_head, actor, prepared_at
      FROM epoch_read.recovery_sidecars
      WHERE repository = ANY ($1)
      ORDER BY repository COLLATE "C", position
      """;

  private static final String COMPLETED =
      """
      SELECT position, repository, operation_id::text, outcome, recovery_actor, original_actor, tables, reason,
        recovered_at
      FROM epoch_read.recoveries
      WHERE repository = ANY ($1)
      ORDER BY position
      """;

  private final Pool pool;

  public RecoveryReads(Pool pool) {
    this.pool = pool;
  }

  /**
   * An operation that databases may have done or not.
   *
   * @param kind commit, merge, register_table or remove_table
   */
  public record Open(
      String operationId,
      String repository,
      String kind,
      String branchId,
      String expectedHead,
      Actor actor,
      Instant preparedAt) {}

  /**
   * An operation that recovery finished or undid.
   *
   * @param position of its record in the log
   * @param tables by name: applied, not_applied or reverted
   */
  public record Completed(
      long position,
      String repository,
      String operationId,
      String outcome,
      Actor actor,
      Actor originalActor,
      Map<String, String> tables,
      String reason,
      Instant time) {}

  /** Operations in doubt of these repositories, by repository, the oldest first. */
  public Uni<List<Open>> open(List<String> repositories) {
    return rows(
        OPEN,
        repositories,
        row ->
            new Open(
                row.getString("operation_id"),
                row.getString("repository"),
                row.getString("kind"),
                row.getString("branch_id"),
                row.getString("expected_head"),
                actor(row.getJsonObject("actor")),
                row.getOffsetDateTime("prepared_at").toInstant()));
  }

  /** Recoveries of these repositories, in the order of the log. */
  public Uni<List<Completed>> completed(List<String> repositories) {
    return rows(
        COMPLETED,
        repositories,
        row -> {
          Map<String, String> tables = new TreeMap<>();
          row.getJsonObject("tables")
              .forEach(entry -> tables.put(entry.getKey(), (String) entry.getValue()));
          return new Completed(
              row.getLong("position"),
              row.getString("repository"),
              row.getString("operation_id"),
              row.getString("outcome"),
              actor(row.getJsonObject("recovery_actor")),
              actor(row.getJsonObject("original_actor")),
              tables,
              row.getString("reason"),
              row.getOffsetDateTime("recovered_at").toInstant());
        });
  }

  private <T> Uni<List<T>> rows(String sql, List<String> repositories, Function<Row, T> mapping) {
    return ModelReads.orUnavailable(
            pool.preparedQuery(sql)
                .execute(Tuple.tuple().addArrayOfString(repositories.toArray(String[]::new))))
        .map(rows -> {
          List<T> all = new ArrayList<>(rows.size());
          rows.forEach(row -> all.add(mapping.apply(row)));
          return all;
        });
  }

  private static Actor actor(JsonObject json) {
    try {
      return RecordCodec.json().readValue(json.encode(), Actor.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no actor: " + json, e);
    }
  }
}
