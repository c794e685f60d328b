package dev.epoch.projections;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.stream.Stream;

/** How transactions work on the tables of read models. */
final class ReadTables {
  /**
   * Statements of projectors look up few rows by their keys. They are planned once a connection, as
   * if for rows that are there: planning takes longer than running them, and the first plans are
   * made while tables are empty, which would be read as a whole.
   */
  private static final String PLANNED_BY_KEY =
      """
      SET LOCAL plan_cache_mode = force_generic_plan;
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off;
      SET LOCAL enable_hashjoin = off;
      SET LOCAL enable_mergejoin = off;
      SET LOCAL jit = off
      """;

  /** The schema that is read. */
  static final String LIVE = "epoch_read";

  /** Less than the statements that the client has under way on a connection. */
  private static final int PIPELINED = 128;

  private ReadTables() {}

  /**
   * Sends the statements of all one behind another without waiting for answers in between, which is
   * what {@link TableProjector#apply} allows.
   */
  static Uni<Void> inOrder(Stream<Uni<Void>> work) {
    return Multi.createFrom()
        .iterable(work.toList())
        .onItem()
        .transformToUni(one -> one)
        .merge(PIPELINED)
        .collect()
        .last()
        .replaceWithVoid();
  }

  /** Names of tables mean those of this schema until the transaction ends. */
  static Uni<Void> inSchema(SqlConnection transaction, String schema) {
    return transaction
        .query("SET LOCAL search_path = " + schema + ", pg_catalog; " + PLANNED_BY_KEY)
        .execute()
        .replaceWithVoid();
  }
}
