package dev.epoch.log.testing;

import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A reader of the log that follows it in its own way, and remembers what it got. */
final class TrialTail implements AutoCloseable {
  private static final int LONGEST_PAUSE_MILLIS = 12;

  /** How a tail takes what comes. */
  enum Manner {
    STEADY,
    /** Asks for some records, and waits before it asks for more. */
    SLOW,
    /** Gives up after some records and begins again behind the last, perhaps in another process. */
    RECONNECTING
  }

  /** A record that a tail got. */
  record Seen(long position, UUID id) {}

  private final List<? extends EventLog> logs;
  private final long from;
  private final Manner manner;
  private final Random random;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Seen> seen = new ArrayList<>();
  private Connection connection;
  private long reconnections;
  private Throwable failure;
  private boolean closed;

  private TrialTail(List<? extends EventLog> logs, long from, Random random) {
    this.logs = logs;
    this.from = from;
    this.random = random;
    this.manner = Manner.values()[random.nextInt(Manner.values().length)];
  }

  static TrialTail start(List<? extends EventLog> logs, long from, Random random) {
    TrialTail tail = new TrialTail(logs, from, random);
    tail.connect(from);
    return tail;
  }

  private void connect(long after) {
    Connection next;
    EventLog log;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      log = logs.get(random.nextInt(logs.size()));
      long some = 1 + random.nextInt(500);
      next = new Connection(manner == Manner.STEADY ? Long.MAX_VALUE : some);
      connection = next;
    } finally {
      lock.unlock();
    }
    log.tail(after).subscribe().withSubscriber(next);
  }

  /** One subscription. What an earlier one still brings is not taken. */
  private final class Connection implements MultiSubscriber<StoredRecord> {
    private long wanted;
    private Flow.Subscription subscription;

    Connection(long wanted) {
      this.wanted = wanted;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      lock.lock();
      try {
        subscription = given;
      } finally {
        lock.unlock();
      }
      given.request(manner == Manner.SLOW ? wanted : Long.MAX_VALUE);
    }

    @Override
    public void onItem(StoredRecord record) {
      lock.lock();
      try {
        if (connection != this) {
          return;
        }
        seen.add(new Seen(record.position(), record.envelope().id()));
        changed.signalAll();
        if (--wanted > 0) {
          return;
        }
        long pause = random.nextInt(LONGEST_PAUSE_MILLIS);
        if (manner == Manner.SLOW) {
          wanted = 1 + random.nextInt(500);
          long more = wanted;
          after(pause, () -> subscription.request(more));
        } else {
          connection = null;
          reconnections++;
          Flow.Subscription old = subscription;
          after(
              pause,
              () -> {
                old.cancel();
                connect(record.position());
              });
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onFailure(Throwable reason) {
      fail(this, reason);
    }

    @Override
    public void onCompletion() {
      fail(this, new AssertionError("a tail has no end"));
    }
  }

  private void fail(Connection of, Throwable reason) {
    lock.lock();
    try {
      if (connection == of) {
        failure = reason;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void after(long millis, Runnable action) {
    Thread.startVirtualThread(() -> {
      LogTrial.pause(millis);
      action.run();
    });
  }

  /** The position it began after. */
  long from() {
    return from;
  }

  long count() {
    lock.lock();
    try {
      return seen.size();
    } finally {
      lock.unlock();
    }
  }

  long reconnections() {
    return reconnections;
  }

  /** What it got when it reached the position, or did not within the time. */
  List<Seen> awaitPosition(long position, Duration longest) {
    lock.lock();
    try {
      long nanos = longest.toNanos();
      while (!reached(position) && failure == null && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      if (failure != null) {
        throw new AssertionError(this + " failed", failure);
      }
      return List.copyOf(seen);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      lock.unlock();
    }
  }

  private boolean reached(long position) {
    return from >= position || (!seen.isEmpty() && seen.getLast().position() >= position);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (connection != null && connection.subscription != null) {
        connection.subscription.cancel();
      }
      connection = null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return manner + " tail from " + from;
  }
}
