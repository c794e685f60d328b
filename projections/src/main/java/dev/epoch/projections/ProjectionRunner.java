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

/**
 * Brings one projection up to the log and keeps it there.
 *
 * <pre>
 *   woken by a record, or by the clock
 *     read a page behind the checkpoint --> apply it, move the checkpoint, in one transaction
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

  /** So long records are gathered when a page was short and nobody waits. */
  private static final Duration GATHER = Duration.ofMillis(100);

  /** The same where there is something to do only if an append went without the projection. */
  private static final Duration GATHER_INLINE = Duration.ofMillis(500);

  private static final int SHORT_PAGE = 100;
  private static final System.Logger LOG = System.getLogger(ProjectionRunner.class.getName());

  private final Projector projector;
  private final EventLog log;
  private final Pool pool;
  private final EventDecoder decoder;
  private final StopRunner stops;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile long known;
  private volatile long position;
  private volatile boolean closed;
  private int waiting;
  private Thread thread;

  ProjectionRunner(Projector projector, EventLog log, Pool pool, EventDecoder decoder) {
    this.projector = projector;
    this.log = log;
    this.pool = pool;
    this.decoder = decoder;
    this.stops = new StopRunner(projector, log, pool, decoder);
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

  /** Waits until the projection includes the position; whether it does. */
  boolean await(long wanted, Duration atMost) {
    long nanos = atMost.toNanos();
    lock.lock();
    try {
      waiting++;
      changed.signalAll();
      while (position < wanted && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      return position >= wanted;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      waiting--;
      lock.unlock();
    }
  }

  private void run() {
    while (!closed) {
      int applied = 0;
      try {
        applied = step();
      } catch (RuntimeException e) {
        LOG.log(
            System.Logger.Level.WARNING, "Projection " + projector.name() + " will try again", e);
      }
      if (applied == 0) {
        idle();
      }
      if (applied < SHORT_PAGE) {
        gather();
      }
    }
  }

  private void idle() {
    lock.lock();
    try {
      if (!closed && known <= position) {
        changed.awaitNanos(IDLE.toNanos());
      } else if (!closed) {
        changed.awaitNanos(Duration.ofSeconds(1).toNanos());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  private void gather() {
    Duration atMost = projector.lifecycle() == Projector.Lifecycle.INLINE ? GATHER_INLINE : GATHER;
    lock.lock();
    try {
      for (long left = atMost.toNanos(); left > 0 && waiting == 0 && !closed; ) {
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
    Checkpoint checkpoint = Checkpoints.one(pool, projector.name()).await().indefinitely();
    moved(checkpoint.position());
    stops.run(checkpoint);
    List<StoredRecord> page =
        log.read(EventLog.ALL, checkpoint.position())
            .select()
            .first(PAGE)
            .collect()
            .asList()
            .await()
            .indefinitely();
    if (page.isEmpty()) {
      return 0;
    }
    requireNext(checkpoint.position(), page);
    return switch (projector) {
      case EffectProjector effects -> effects(effects, checkpoint, page);
      case TableProjector tables -> tables(tables, checkpoint.position(), page);
    };
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
      moved(last);
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
    boolean moved;
    try {
      moved =
          pool.withTransaction(transaction -> move(transaction, tables, before, page))
              .await()
              .indefinitely();
    } catch (RuntimeException failure) {
      throw PassingFailures.passing(failure) ? new NotNowException(failure) : failure;
    }
    if (moved) {
      moved(page.getLast().position());
    }
    return moved;
  }

  /** Data and checkpoint together, and only from where the page begins. */
  private Uni<Boolean> move(
      SqlConnection transaction, TableProjector tables, long before, List<StoredRecord> page) {
    List<String> names = List.of(projector.name());
    return Checkpoints.lock(transaction, names)
        .chain(checkpoints -> {
          Checkpoint checkpoint = checkpoints.getFirst();
          if (checkpoint.position() != before) {
            return Uni.createFrom().item(false);
          }
          return InlineProjections.inSchema(transaction, InlineProjections.LIVE)
              .chain(() ->
                  InlineProjections.inOrder(
                      page.stream()
                          .filter(stored ->
                              EventDecoder.repository(stored)
                                  .filter(repository -> !checkpoint.stops().containsKey(repository))
                                  .isPresent())
                          .flatMap(stored -> decoder.decode(stored).stream())
                          .map(event -> tables.apply(transaction, event))))
              .chain(() -> Checkpoints.move(transaction, names, page.getLast().position()))
              .replaceWith(true);
        });
  }

  private void moved(long to) {
    lock.lock();
    try {
      position = Math.max(position, to);
      known = Math.max(known, to);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
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
