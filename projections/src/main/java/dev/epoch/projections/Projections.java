package dev.epoch.projections;

import dev.epoch.events.Digest;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The read models of this server: keeps them up with the log, tells how far they are, and rebuilds
 * them to compare.
 *
 * <p>Records reach it through {@link #onRecord}; in the server that is a subscription of SmallRye
 * Reactive Messaging, so that another carrier can take the place of the log's tail.
 */
public final class Projections implements AutoCloseable {
  private static final String SHADOW = "epoch_rebuild";

  private final Pool pool;
  private final EventLog log;
  private final EventDecoder decoder;
  private final Map<String, Projector> projectors = new LinkedHashMap<>();
  private final Map<String, ProjectionRunner> runners = new LinkedHashMap<>();

  public Projections(Pool pool, EventLog log, EventDecoder decoder, List<Projector> projectors) {
    this.pool = pool;
    this.log = log;
    this.decoder = decoder;
    projectors.forEach(projector -> this.projectors.put(projector.name(), projector));
  }

  /**
   * A projection as the operator sees it.
   *
   * @param lag records of the log that it does not include
   */
  public record Status(Checkpoint checkpoint, long lag) {}

  /**
   * How a rebuild compared with the live read model.
   *
   * @param position of the log at which both were compared
   * @param liveDigest of all rows
   * @param rebuiltDigest of all rows
   */
  public record Rebuild(String projection, long position, Digest liveDigest, Digest rebuiltDigest) {
    public boolean equal() {
      return liveDigest.equals(rebuiltDigest);
    }
  }

  /**
   * Makes the tables and starts to follow the log. Waits for the database; not for an event loop.
   */
  public void start() {
    for (Projector projector : projectors.values()) {
      if (projector instanceof TableProjector tables) {
        pool.withTransaction(transaction ->
                InlineProjections.inSchema(transaction, InlineProjections.LIVE)
                    .chain(() -> runAll(transaction, tables.tables())))
            .await()
            .indefinitely();
      }
      Checkpoints.ensure(pool, projector).await().indefinitely();
      ProjectionRunner runner = new ProjectionRunner(projector, log, pool, decoder);
      runners.put(projector.name(), runner);
      runner.start();
    }
  }

  /** A record was appended. */
  public void onRecord(StoredRecord record) {
    runners.values().forEach(runner -> runner.wake(record.position()));
  }

  /** Waits until the projection includes the position; whether it does. */
  public boolean await(String projection, long position, Duration atMost) {
    ProjectionRunner runner = runners.get(projection);
    runner.wake(position);
    return runner.await(position, atMost);
  }

  public List<Status> status() {
    long head = head();
    return Checkpoints.all(pool).await().indefinitely().stream()
        .filter(checkpoint -> projectors.containsKey(checkpoint.name()))
        .map(checkpoint -> new Status(checkpoint, Math.max(0, head - checkpoint.position())))
        .toList();
  }

  public List<String> names() {
    return List.copyOf(projectors.keySet());
  }

  /** Tries the event again that the projection is parked before; whether it was parked. */
  public boolean retry(String projection) {
    return resume(projection, false);
  }

  /** Leaves the event out that the projection is parked before; whether it was parked. */
  public boolean skip(String projection) {
    return resume(projection, true);
  }

  private boolean resume(String projection, boolean skip) {
    boolean resumed = Checkpoints.resume(pool, projection, skip).await().indefinitely();
    Optional.ofNullable(runners.get(projection))
        .ifPresent(runner -> runner.wake(Long.MAX_VALUE >> 1));
    return resumed;
  }

  /**
   * Builds a table projection anew from the first record, beside the live one, compares the two at
   * the same position, and puts the new one in its place.
   */
  public Rebuild rebuild(String projection) {
    if (!(projectors.get(projection) instanceof TableProjector tables)) {
      throw new IllegalArgumentException("no table projection " + projection);
    }
    return pool.withTransaction(transaction -> rebuild(transaction, tables)).await().indefinitely();
  }

  /** The lock on the checkpoint keeps appends from moving the live one meanwhile. */
  private Uni<Rebuild> rebuild(SqlConnection transaction, TableProjector tables) {
    return Checkpoints.lock(transaction, List.of(tables.name()))
        .map(List::getFirst)
        .chain(checkpoint ->
            run(
                    transaction,
                    "DROP SCHEMA IF EXISTS " + SHADOW + " CASCADE; CREATE SCHEMA " + SHADOW)
                .chain(() -> InlineProjections.inSchema(transaction, SHADOW))
                .chain(() -> runAll(transaction, tables.tables()))
                .chain(() -> replay(transaction, tables, checkpoint.position()))
                .chain(() -> digest(transaction, InlineProjections.LIVE, tables))
                .chain(live ->
                    digest(transaction, SHADOW, tables)
                        .map(rebuilt ->
                            new Rebuild(tables.name(), checkpoint.position(), live, rebuilt)))
                .call(() -> replace(transaction, tables)));
  }

  private Uni<Void> replay(SqlConnection transaction, TableProjector tables, long until) {
    return log.read(EventLog.ALL, 0)
        .select()
        .first(stored -> stored.position() <= until)
        .onItem()
        .transformToUniAndConcatenate(stored ->
            decoder
                .decode(stored)
                .map(event -> tables.apply(transaction, event))
                .orElseGet(() -> Uni.createFrom().voidItem()))
        .collect()
        .last()
        .replaceWithVoid();
  }

  private Uni<Digest> digest(SqlConnection transaction, String schema, TableProjector tables) {
    MessageDigest sha = Digest.sha256();
    Uni<Void> all = Uni.createFrom().voidItem();
    for (String table : tables.tableNames()) {
      all =
          all.chain(() ->
                  transaction
                      .query(
                          "SELECT t::text AS content FROM "
                              + schema
                              + "."
                              + table
                              + " AS t ORDER BY t::text COLLATE \"C\"")
                      .execute())
              .invoke(rows -> rows.forEach(row -> update(sha, row)))
              .replaceWithVoid();
    }
    return all.map(done -> new Digest(HexFormat.of().formatHex(sha.digest())));
  }

  private static void update(MessageDigest sha, Row row) {
    sha.update(row.getString("content").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    sha.update((byte) '\n');
  }

  private Uni<Void> replace(SqlConnection transaction, TableProjector tables) {
    List<String> statements = new ArrayList<>();
    for (String table : tables.tableNames()) {
      statements.add("TRUNCATE " + InlineProjections.LIVE + "." + table);
      statements.add(
          "INSERT INTO "
              + InlineProjections.LIVE
              + "."
              + table
              + " SELECT * FROM "
              + SHADOW
              + "."
              + table);
    }
    statements.add("DROP SCHEMA " + SHADOW + " CASCADE");
    return runAll(transaction, statements);
  }

  private long head() {
    RowSet<Row> rows =
        pool.query("SELECT coalesce(max(position), 0) AS head FROM epoch.events")
            .execute()
            .await()
            .indefinitely();
    return rows.iterator().next().getLong("head");
  }

  private static Uni<Void> runAll(SqlConnection transaction, List<String> statements) {
    return run(transaction, statements.stream().collect(Collectors.joining(";\n")));
  }

  private static Uni<Void> run(SqlConnection transaction, String sql) {
    return transaction.query(sql).execute().replaceWithVoid();
  }

  @Override
  public void close() {
    runners.values().forEach(ProjectionRunner::close);
  }
}
