package dev.epoch.projections;

import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Brings one projection up to the log and keeps it there.
 *
 * <pre>
 *   woken by a record, or by the clock
 *     take a page behind the checkpoint --> apply it, move the checkpoint, in one transaction
 *                                             | failure
 *                                             v
 *                          event by event --> at one that fails the projection stops, visibly, with
 *                                             the event's repository, and goes on with the others
 * </pre>
 *
 * What becomes of repositories that it stopped at is the {@link StopRunner}'s.
 *
 * <p>Two runners of the same projection, in two processes, exclude each other by the lock on the
 * checkpoint.
 */
final class ProjectionRunner implements AutoCloseable {
  private static final int PAGE = 500;
  private static final Duration IDLE = Duration.ofSeconds(2);

  /** After a failure, or while there are repositories that it stopped at. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  /**
   * So long records are gathered when a page was short and nobody waits; and so soon it looks again
   * where it is known that more records are to come.
   */
  private static final Duration GATHER = Duration.ofMillis(100);

  private static final int SHORT_PAGE = 100;
  private static final System.Logger LOG = System.getLogger(ProjectionRunner.class.getName());

  private final Projector projector;
  private final EventLog log;
  private final Pool pool;
  private final EventDecoder decoder;
  private final RecentRecords recent;
  private final StopRunner stops;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Progress progress;
  private volatile long known;
  private volatile boolean closed;
  private long calls;
  private Thread thread;

  /** Whether this process moved the checkpoint last, as far as it knows: to where it stands. */
  private boolean stands;

  /**
   * @param recent what is taken from the log without asking it
   */
  ProjectionRunner(
      Projector projector, EventLog log, Pool pool, EventDecoder decoder, RecentRecords recent) {
    this.projector = projector;
    this.log = log;
    this.pool = pool;
    this.decoder = decoder;
    this.recent = recent;
    this.progress = new Progress(projector.name());
    this.stops = new StopRunner(projector, log, pool, decoder, this::call);
  }

  void start() {
    thread = Thread.ofVirtual().name("projection-" + projector.name()).start(this::run);
  }

  /** There is a record at this position. */
  void wake(long newest) {
    lock.lock();
    try {
      known = Math.max(known, newest);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** There may be something to do beside new records. */
  void call() {
    lock.lock();
    try {
      calls++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Completes when what the repository has up to this position is included; see {@link Progress}.
   *
   * @param newest position at which there is a record
   */
  Uni<Void> await(String repository, long wanted, long newest, Duration atMost) {
    return progress.await(repository, wanted, atMost, () -> wake(newest));
  }

  private void run() {
    while (!closed) {
      long knownBefore = known;
      long callsBefore = calls();
      int applied = 0;
      boolean failed = false;
      try {
        applied = step();
      } catch (RuntimeException e) {
        failed = true;
        LOG.log(
            System.Logger.Level.WARNING, "Projection " + projector.name() + " will try again", e);
      }
      if (failed) {
        idle(Long.MAX_VALUE, callsBefore, RETRY);
      } else if (applied == 0) {
        idle(knownBefore, callsBefore, patience(knownBefore));
      }
      if (applied < SHORT_PAGE) {
        gather();
      }
    }
  }

  private Duration patience(long knownBefore) {
    if (knownBefore > progress.position()) {
      return GATHER;
    }
    return progress.stops().isEmpty() ? IDLE : RETRY;
  }

  private long calls() {
    lock.lock();
    try {
      return calls;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there are records that were not known, or somebody calls. */
  private void idle(long knownBefore, long callsBefore, Duration atMost) {
    lock.lock();
    try {
      long left = atMost.toNanos();
      while (!closed && left > 0 && known <= knownBefore && calls == callsBefore) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  private void gather() {
    lock.lock();
    try {
      for (long left = GATHER.toNanos(); left > 0 && !progress.awaited() && !closed; ) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /** Applies a page; how many records there were to apply. */
  private int step() {
    long guess = progress.position();
    List<StoredRecord> held = recent.after(guess, PAGE);
    if (stands && !held.isEmpty() && projector instanceof TableProjector tables) {
      return tables(tables, guess, held);
    }
    var read =
        Uni.combine()
            .all()
            .unis(
                Checkpoints.one(pool, projector.name()),
                held.isEmpty() ? page(guess) : Uni.createFrom().item(held))
            .asTuple()
            .await()
            .indefinitely();
    Checkpoint checkpoint = read.getItem1();
    if (checkpoint.position() != guess && projector instanceof EffectProjector effects) {
      effects.passedOver();
    }
    moved(checkpoint.position(), checkpoint.stops());
    stops.run(checkpoint);
    List<StoredRecord> page =
        checkpoint.position() == guess
            ? read.getItem2()
            : page(checkpoint.position()).await().indefinitely();
    if (page.isEmpty()) {
      return 0;
    }
    requireNext(checkpoint.position(), page);
    return switch (projector) {
      case EffectProjector effects -> effects(effects, checkpoint, page);
      case TableProjector tables -> tables(tables, checkpoint.position(), page);
    };
  }

  private Uni<List<StoredRecord>> page(long after) {
    return log.read(EventLog.ALL, after).select().first(PAGE).collect().asList();
  }

  private int effects(EffectProjector effects, Checkpoint checkpoint, List<StoredRecord> page) {
    Map<String, Stop> found = new HashMap<>();
    Set<String> left = new HashSet<>();
    for (StoredRecord stored : page) {
      Optional<String> repository = EventDecoder.repository(stored);
      if (repository.isEmpty() || found.containsKey(repository.get())) {
        continue;
      }
      if (checkpoint.stops().containsKey(repository.get())) {
        left.add(repository.get());
      } else {
        StopRunner.failureOf(() -> decoder.decode(stored).ifPresent(effects::apply), stored)
            .ifPresent(stop -> found.put(stop.repository(), stop));
      }
    }
    // what was interrupted failed for no reason of its own
    return !closed && moveOn(checkpoint.position(), page, found, left) ? page.size() : 0;
  }

  /**
   * Moves the checkpoint behind a page whose events were applied.
   *
   * @param found where it stopped within the page
   * @param left repositories that it had stopped at before: one that it goes on with by now has the
   *     page applied again
   */
  private boolean moveOn(
      long before, List<StoredRecord> page, Map<String, Stop> found, Set<String> left) {
    long last = page.getLast().position();
    boolean done =
        pool.withTransaction(transaction ->
                Checkpoints.lock(transaction, List.of(projector.name()))
                    .map(List::getFirst)
                    .chain(checkpoint -> {
                      if (checkpoint.position() != before
                          || !checkpoint.stops().keySet().containsAll(left)) {
                        return Uni.createFrom().item(false);
                      }
                      Map<String, Stop> all = new HashMap<>(checkpoint.stops());
                      found.forEach(all::putIfAbsent);
                      return (found.isEmpty()
                              ? Checkpoints.move(transaction, List.of(projector.name()), last)
                              : Checkpoints.save(transaction, projector.name(), last, all))
                          .replaceWith(true);
                    }))
            .await()
            .indefinitely();
    if (done) {
      found.values().forEach(stop -> StopRunner.log(projector, stop));
      Map<String, Stop> all = new HashMap<>(progress.stops());
      found.forEach(all::putIfAbsent);
      moved(last, all);
    }
    return done;
  }

  private int tables(TableProjector tables, long before, List<StoredRecord> page) {
    try {
      applyTables(tables, before, page);
    } catch (NotNowException later) {
      waits(later);
      return 0;
    } catch (RuntimeException failure) {
      return oneByOne(tables, page);
    }
    return page.size();
  }

  private void waits(NotNowException later) {
    LOG.log(
        System.Logger.Level.WARNING,
        "Projection " + projector.name() + " waits: " + later.getMessage());
  }

  /**
   * A page that is delivered again, too early or with a gap is not applied; it is asked for anew.
   */
  static void requireNext(long after, List<StoredRecord> page) {
    long expected = after;
    for (StoredRecord stored : page) {
      if (stored.position() != ++expected) {
        throw new OutOfOrderException(
            "The log gave position " + stored.position() + " where " + expected + " was to come");
      }
    }
  }

  /** Goes on behind the first that fails, without its repository. */
  private int oneByOne(TableProjector tables, List<StoredRecord> page) {
    int done = 0;
    for (StoredRecord stored : page) {
      try {
        if (!applyTables(tables, stored.position() - 1, List.of(stored))) {
          return done;
        }
      } catch (NotNowException later) {
        waits(later);
        return done;
      } catch (RuntimeException failure) {
        String repository = EventDecoder.repository(stored).orElseThrow(() -> failure);
        Stop stop = Stop.at(repository, Stop.State.PARKED, stored.position(), failure);
        if (!moveOn(stored.position() - 1, List.of(stored), Map.of(repository, stop), Set.of())) {
          return done;
        }
      }
      done++;
    }
    return done;
  }

  /** Whether the page was the next one. */
  private boolean applyTables(TableProjector tables, long before, List<StoredRecord> page) {
    Checkpoint checkpoint;
    stands = false;
    try {
      checkpoint =
          pool.withConnection(connection -> move(connection, tables, before, page))
              .await()
              .indefinitely();
    } catch (RuntimeException failure) {
      throw PassingFailures.passing(failure) ? new NotNowException(failure) : failure;
    }
    if (checkpoint.position() != before) {
      return false;
    }
    stands = true;
    moved(page.getLast().position(), checkpoint.stops());
    stops.run(checkpoint);
    return true;
  }

  /**
   * Data and checkpoint together, and only from where the page begins. Who waits for the page waits
   * for three round trips: one locks the checkpoint, one does all the rest, one commits when every
   * answer is there, so that nothing of a projector comes after it.
   *
   * @return the checkpoint that was there; nothing was done if it stands elsewhere
   */
  private Uni<Checkpoint> move(
      SqlConnection connection, TableProjector tables, long before, List<StoredRecord> page) {
    List<String> names = List.of(projector.name());
    return Uni.combine()
        .all()
        .unis(
            statement(connection, "BEGIN"),
            Checkpoints.lock(connection, names),
            ReadTables.inSchema(connection, ReadTables.LIVE))
        .with((_, checkpoints, _) -> checkpoints.getFirst())
        .chain(checkpoint ->
            checkpoint.position() == before
                ? ReadTables.inOrder(
                        Stream.concat(
                            work(connection, tables, checkpoint, page),
                            Stream.of(
                                Checkpoints.move(connection, names, page.getLast().position()))))
                    .chain(() -> statement(connection, "COMMIT"))
                    .replaceWith(checkpoint)
                : statement(connection, "ROLLBACK").replaceWith(checkpoint))
        .onFailure()
        .call(() -> statement(connection, "ROLLBACK").onFailure().recoverWithNull());
  }

  private Stream<Uni<Void>> work(
      SqlConnection connection,
      TableProjector tables,
      Checkpoint checkpoint,
      List<StoredRecord> page) {
    return page.stream()
        .filter(stored ->
            EventDecoder.repository(stored)
                .filter(repository -> !checkpoint.stops().containsKey(repository))
                .isPresent())
        .flatMap(stored -> decoder.decode(stored).stream())
        .map(event -> tables.apply(connection, event));
  }

  private static Uni<Void> statement(SqlConnection connection, String sql) {
    return connection.query(sql).execute().replaceWithVoid();
  }

  private void moved(long to, Map<String, Stop> now) {
    progress.moved(to, now);
    wake(to);
  }

  @Override
  public void close() {
    closed = true;
    stops.close();
    if (thread != null) {
      thread.interrupt();
    }
  }
}
