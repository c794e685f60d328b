package dev.epoch.projections;

import dev.epoch.events.Digest;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The read models of this server: keeps them up with the log, tells how far they are, and rebuilds
 * them to compare.
 *
 * <p>Records reach it through {@link #onRecord}; in the server that is a subscription of SmallRye
 * Reactive Messaging, so that another carrier can take the place of the log's tail.
 */
public final class Projections implements AutoCloseable {
  private static final String SHADOW = "epoch_rebuild";

  /** Servers that start together wait for each other. */
  private static final String ONE_MAKES_TABLES =
      "SELECT pg_advisory_xact_lock(hashtextextended('epoch read models', 0))";

  private final Pool pool;
  private final EventLog log;
  private final EventDecoder decoder;
  private final Map<String, Projector> projectors = new LinkedHashMap<>();
  private final Map<String, ProjectionRunner> runners = new ConcurrentHashMap<>();
  private final RecentRecords recent = new RecentRecords();
  private final AtomicLong builds = new AtomicLong();

  public Projections(Pool pool, EventLog log, EventDecoder decoder, List<Projector> projectors) {
    this.pool = pool;
    this.log = log;
    this.decoder = decoder;
    projectors.forEach(projector -> this.projectors.put(projector.name(), projector));
  }

  /**
   * A projection as the operator sees it.
   *
   * @param lag records of the log that it does not include, those of repositories that it stopped
   *     at not counted
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
                run(transaction, ONE_MAKES_TABLES)
                    .chain(() -> ReadTables.inSchema(transaction, ReadTables.LIVE))
                    .chain(() -> runAll(transaction, tables.tables())))
            .await()
            .indefinitely();
      }
      Checkpoints.ensure(pool, projector).await().indefinitely();
      ProjectionRunner runner = new ProjectionRunner(projector, log, pool, decoder, recent);
      runners.put(projector.name(), runner);
      runner.start();
    }
  }

  /** A record as it stands in the log; also again, or behind others that were left out. */
  public void onRecord(StoredRecord record) {
    recent.add(record);
    wake(record.position());
  }

  /** There are records up to a position of the log. */
  public void wake(long position) {
    runners.values().forEach(runner -> runner.wake(position));
  }

  /** Waits until the projection includes the position; whether it does. */
  public boolean await(String projection, long position, Duration atMost) {
    try {
      runners.get(projection).await(null, position, position, atMost).await().indefinitely();
      return true;
    } catch (BehindException behind) {
      return false;
    }
  }

  /**
   * Completes when a read model includes what a repository has up to a position, without blocking.
   * Who waits is told by the projection itself, as soon as its transaction is committed.
   *
   * @param wanted position of the log
   * @param newest position at which this process knows a record; may be less than what is wanted
   * @return fails with {@link BehindException} if the model is parked before that, or takes longer
   */
  public Uni<Void> include(
      String projection, String repository, long wanted, long newest, Duration atMost) {
    ProjectionRunner runner = runners.get(projection);
    return runner == null
        ? Uni.createFrom().failure(new BehindException("The read models are not open yet"))
        : runner.await(repository, wanted, newest, atMost);
  }

  /** Changes whenever a read model was built anew by this process: what was read before may go. */
  public long builds() {
    return builds.get();
  }

  /** How far each is; fails if the database does not answer in time. */
  public List<Checkpoint> checkpoints(Duration atMost) {
    return known(Checkpoints.all(pool).await().atMost(atMost)).toList();
  }

  private Stream<Checkpoint> known(List<Checkpoint> checkpoints) {
    return checkpoints.stream().filter(checkpoint -> projectors.containsKey(checkpoint.name()));
  }

  public List<Status> status() {
    long head = log.end().await().indefinitely();
    return known(Checkpoints.all(pool).await().indefinitely())
        .map(checkpoint -> new Status(checkpoint, Math.max(0, head - checkpoint.position())))
        .toList();
  }

  public List<String> names() {
    return List.copyOf(projectors.keySet());
  }

  /** Whether it is in tables of the metadata database, and can be built anew from the log. */
  public boolean isInTables(String projection) {
    return projectors.get(projection) instanceof TableProjector;
  }

  /**
   * Tries the events again that the projection stopped before.
   *
   * @param repository whose event; null: of all repositories
   * @return whether there is one
   */
  public boolean retry(String projection, String repository) {
    return change(
        projection,
        stops -> {
          boolean any = false;
          for (Stop stop : List.copyOf(stops.values())) {
            if (repository == null || repository.equals(stop.repository())) {
              stops.put(stop.repository(), stop.resumed());
              any = true;
            }
          }
          return any;
        });
  }

  /**
   * Leaves an event out that the projection stopped before.
   *
   * @return whether it stopped before one of that repository
   */
  public boolean skip(String projection, String repository) {
    return change(
        projection,
        stops -> {
          Stop stop = stops.get(repository);
          // one that goes on is at an event that nobody has seen fail
          boolean stands = stop != null && stop.state() != Stop.State.RESUMED;
          if (stands) {
            stops.put(repository, stop.resumedAt(stop.position() + 1));
          }
          return stands;
        });
  }

  /**
   * What the projection is about was made as the log says by other means: it goes on from there, if
   * it stopped with the repository before.
   *
   * @param position of the log that is included now
   */
  public void included(String projection, String repository, long position) {
    change(
        projection,
        stops ->
            stops.computeIfPresent(
                    repository,
                    (_, stop) ->
                        stop.position() <= position ? stop.resumedAt(position + 1) : stop.resumed())
                != null);
  }

  private boolean change(String projection, Predicate<Map<String, Stop>> change) {
    boolean changed =
        Checkpoints.changeStops(
                pool,
                projection,
                checkpoint -> {
                  Map<String, Stop> stops = new HashMap<>(checkpoint.stops());
                  return change.test(stops) ? stops : null;
                })
            .await()
            .indefinitely();
    Optional.ofNullable(runners.get(projection)).ifPresent(ProjectionRunner::call);
    return changed;
  }

  /**
   * Builds a table projection anew from the first record, beside the live one, compares the two at
   * the same position, and puts the new one in its place. Where an event of a repository cannot be
   * applied, what is built has no later ones of it, and is parked before that event.
   *
   * @param repository whose part is built anew; null: all
   */
  public Rebuild rebuild(String projection, String repository) {
    if (!(projectors.get(projection) instanceof TableProjector tables)) {
      throw new IllegalArgumentException("no table projection " + projection);
    }
    Map<String, Stop> stops = new HashMap<>();
    while (true) {
      try {
        Rebuild rebuilt =
            pool.withTransaction(transaction -> rebuild(transaction, tables, repository, stops))
                .await()
                .indefinitely();
        builds.incrementAndGet();
        Optional.ofNullable(runners.get(projection)).ifPresent(ProjectionRunner::call);
        return rebuilt;
      } catch (ReplayFailure failure) {
        Stop stop = failure.stop();
        if (PassingFailures.passing(failure) || stops.put(stop.repository(), stop) != null) {
          throw failure;
        }
      }
    }
  }

  /** An event that cannot be applied. */
  private static final class ReplayFailure extends RuntimeException {
    private final transient StoredRecord stored;

    ReplayFailure(StoredRecord stored, Throwable cause) {
      super(cause.getMessage(), cause);
      this.stored = stored;
    }

    Stop stop() {
      return Stop.at(
          EventDecoder.repository(stored).orElseThrow(),
          Stop.State.PARKED,
          stored.position(),
          getCause());
    }
  }

  /** The lock on the checkpoint keeps appends from moving the live one meanwhile. */
  private Uni<Rebuild> rebuild(
      SqlConnection transaction,
      TableProjector tables,
      String repository,
      Map<String, Stop> stops) {
    String shadow = SHADOW + "_" + tables.name().replace('-', '_');
    return Checkpoints.lock(transaction, List.of(tables.name()))
        .map(List::getFirst)
        .chain(checkpoint ->
            run(
                    transaction,
                    "DROP SCHEMA IF EXISTS " + shadow + " CASCADE; CREATE SCHEMA " + shadow)
                .chain(() -> ReadTables.inSchema(transaction, shadow))
                .chain(() -> runAll(transaction, tables.tables()))
                .chain(() -> replay(transaction, tables, checkpoint.position(), repository, stops))
                .chain(() -> digest(transaction, ReadTables.LIVE, tables, repository))
                .chain(live ->
                    digest(transaction, shadow, tables, repository)
                        .map(rebuilt ->
                            new Rebuild(tables.name(), checkpoint.position(), live, rebuilt)))
                .call(() -> replace(transaction, tables, shadow, repository))
                .call(() -> {
                  Map<String, Stop> now = new HashMap<>(stops);
                  checkpoint
                      .stops()
                      .forEach((name, stop) -> {
                        if (repository != null && !repository.equals(name)) {
                          now.put(name, stop);
                        }
                      });
                  return Checkpoints.save(transaction, tables.name(), checkpoint.position(), now);
                }));
  }

  private Uni<Void> replay(
      SqlConnection transaction,
      TableProjector tables,
      long until,
      String repository,
      Map<String, Stop> stops) {
    return log.read(repository == null ? EventLog.ALL : EventDecoder.stream(repository), 0)
        .select()
        .first(stored -> stored.position() <= until)
        .onItem()
        .transformToUniAndConcatenate(stored -> replayed(transaction, tables, stored, stops))
        .collect()
        .last()
        .replaceWithVoid();
  }

  private Uni<Void> replayed(
      SqlConnection transaction,
      TableProjector tables,
      StoredRecord stored,
      Map<String, Stop> stops) {
    Optional<String> repository = EventDecoder.repository(stored);
    if (repository.isEmpty()
        || stops.containsKey(repository.get())
            && stops.get(repository.get()).position() <= stored.position()) {
      return Uni.createFrom().voidItem();
    }
    return Uni.createFrom()
        .deferred(() ->
            decoder
                .decode(stored)
                .map(event -> tables.apply(transaction, event))
                .orElseGet(() -> Uni.createFrom().voidItem()))
        .onFailure()
        .transform(failure -> new ReplayFailure(stored, failure));
  }

  private Uni<Digest> digest(
      SqlConnection transaction, String schema, TableProjector tables, String repository) {
    MessageDigest sha = Digest.sha256();
    Uni<Void> all = Uni.createFrom().voidItem();
    for (String table : tables.tableNames()) {
      all =
          all.chain(() ->
                  transaction
                      .preparedQuery(
                          "SELECT t::text AS content FROM "
                              + schema
                              + "."
                              + table
                              + " AS t"
                              + (repository == null ? "" : " WHERE repository = $1")
                              + " ORDER BY t::text COLLATE \"C\"")
                      .execute(repository == null ? Tuple.tuple() : Tuple.of(repository)))
              .invoke(rows -> rows.forEach(row -> update(sha, row)))
              .replaceWithVoid();
    }
    return all.map(done -> new Digest(HexFormat.of().formatHex(sha.digest())));
  }

  private static void update(MessageDigest sha, Row row) {
    sha.update(row.getString("content").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    sha.update((byte) '\n');
  }

  private Uni<Void> replace(
      SqlConnection transaction, TableProjector tables, String shadow, String repository) {
    Uni<Void> all = Uni.createFrom().voidItem();
    for (String table : tables.tableNames()) {
      String live = ReadTables.LIVE + "." + table;
      String insert = "INSERT INTO " + live + " SELECT * FROM " + shadow + "." + table;
      all =
          all.chain(() ->
                  repository == null
                      ? run(transaction, "TRUNCATE " + live)
                      : Sql.run(
                          transaction,
                          "DELETE FROM " + live + " WHERE repository = $1",
                          repository))
              .chain(() -> run(transaction, insert));
    }
    return all.chain(() -> run(transaction, "DROP SCHEMA " + shadow + " CASCADE"));
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
