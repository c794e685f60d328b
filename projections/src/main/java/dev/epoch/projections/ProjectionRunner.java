package dev.epoch.projections;

import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.List;
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
 *                          event by event --> the first that fails parks the projection, visibly
 * </pre>
 *
 * Two runners of the same projection, in two processes, exclude each other by the lock on the
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
    Checkpoint checkpoint = current();
    moved(checkpoint.position());
    if (checkpoint.parked()) {
      return 0;
    }
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
    try {
      apply(checkpoint.position(), page);
    } catch (NotNowException later) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Projection " + projector.name() + " waits: " + later.getMessage());
      return 0;
    } catch (RuntimeException failure) {
      applyOneByOne(page);
    }
    return page.size();
  }

  /**
   * A page that is delivered again, too early or with a gap is not applied; it is asked for anew.
   */
  private static void requireNext(long after, List<StoredRecord> page) {
    long expected = after;
    for (StoredRecord stored : page) {
      if (stored.position() != ++expected) {
        throw new IllegalStateException(
            "The log gave position " + stored.position() + " where " + expected + " was to come");
      }
    }
  }

  private Checkpoint current() {
    return Checkpoints.all(pool).await().indefinitely().stream()
        .filter(checkpoint -> checkpoint.name().equals(projector.name()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no checkpoint of " + projector.name()));
  }

  private void applyOneByOne(List<StoredRecord> page) {
    for (StoredRecord stored : page) {
      Checkpoint seen = current();
      if (seen.parked() || seen.position() != stored.position() - 1) {
        return;
      }
      try {
        apply(seen.position(), List.of(stored));
      } catch (NotNowException later) {
        return;
      } catch (RuntimeException failure) {
        if (Checkpoints.park(pool, seen, stored.position(), message(failure))
            .await()
            .indefinitely()) {
          LOG.log(
              System.Logger.Level.ERROR,
              "Projection " + projector.name() + " is parked before position " + stored.position(),
              failure);
        }
        return;
      }
    }
  }

  private static String message(Throwable failure) {
    return failure.getClass().getSimpleName() + ": " + failure.getMessage();
  }

  private void apply(long before, List<StoredRecord> page) {
    long last = page.getLast().position();
    if (projector instanceof EffectProjector effects) {
      for (StoredRecord stored : page) {
        decoder.decode(stored).ifPresent(effects::apply);
      }
    }
    boolean moved;
    try {
      moved =
          pool.withTransaction(transaction -> move(transaction, before, page))
              .await()
              .indefinitely();
    } catch (RuntimeException failure) {
      throw PassingFailures.passing(failure) ? new NotNowException(failure) : failure;
    }
    if (moved) {
      moved(last);
    }
  }

  /** Data and checkpoint together, and only from where the page begins. */
  private Uni<Boolean> move(SqlConnection transaction, long before, List<StoredRecord> page) {
    List<String> names = List.of(projector.name());
    return Checkpoints.lock(transaction, names)
        .chain(checkpoints -> {
          Checkpoint checkpoint = checkpoints.getFirst();
          if (checkpoint.parked() || checkpoint.position() != before) {
            return Uni.createFrom().item(false);
          }
          Uni<Void> applied =
              projector instanceof TableProjector tables
                  ? InlineProjections.inSchema(transaction, InlineProjections.LIVE)
                      .chain(() -> applyAll(transaction, tables, page))
                  : Uni.createFrom().voidItem();
          return applied
              .chain(() -> Checkpoints.move(transaction, names, page.getLast().position()))
              .replaceWith(true);
        });
  }

  private Uni<Void> applyAll(
      SqlConnection transaction, TableProjector tables, List<StoredRecord> page) {
    return InlineProjections.inOrder(
        page.stream()
            .flatMap(stored -> decoder.decode(stored).stream())
            .map(event -> tables.apply(transaction, event)));
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
    if (thread != null) {
      thread.interrupt();
    }
  }
}
