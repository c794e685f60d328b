package dev.epoch.log.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** A subscriber of a tail that keeps what it gets and asks for no more than it is told to. */
public final class TailProbe implements MultiSubscriber<StoredRecord>, AutoCloseable {
  private final long from;
  private final long firstDemand;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<StoredRecord> records = new ArrayList<>();
  private Flow.Subscription subscription;
  private Throwable failure;

  private TailProbe(long from, long firstDemand) {
    this.from = from;
    this.firstDemand = firstDemand;
  }

  /** Asks for everything. */
  public static TailProbe of(EventLog log, long from) {
    return of(log, from, Long.MAX_VALUE);
  }

  public static TailProbe of(EventLog log, long from, long demand) {
    TailProbe probe = new TailProbe(from, demand);
    log.tail(from).subscribe().withSubscriber(probe);
    return probe;
  }

  /** The position it began after. */
  public long from() {
    return from;
  }

  public void request(long more) {
    subscription.request(more);
  }

  public List<StoredRecord> records() {
    lock.lock();
    try {
      return List.copyOf(records);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What it has got once a record at or above the position is there; an assertion fails after the
   * time.
   */
  public List<StoredRecord> awaitPosition(long position, Duration longest) {
    return await(
        () -> from >= position || (!records.isEmpty() && records.getLast().position() >= position),
        "position " + position,
        longest);
  }

  public List<StoredRecord> awaitCount(int count, Duration longest) {
    return await(() -> records.size() >= count, count + " records", longest);
  }

  private List<StoredRecord> await(BooleanSupplier condition, String what, Duration longest) {
    lock.lock();
    try {
      long nanos = longest.toNanos();
      while (!condition.getAsBoolean() && failure == null && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      assertThat(failure).as("failure of the tail from %s", from).isNull();
      assertThat(condition.getAsBoolean())
          .as(
              "the tail from %s got to %s within %s; it has %s",
              from, what, longest, records.size())
          .isTrue();
      return List.copyOf(records);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      lock.unlock();
    }
  }

  /** The failure that ended it. */
  public Throwable awaitFailure(Duration longest) {
    lock.lock();
    try {
      long nanos = longest.toNanos();
      while (failure == null && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      assertThat(failure).as("failure of the tail within %s", longest).isNotNull();
      return failure;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(firstDemand);
  }

  @Override
  public void onItem(StoredRecord record) {
    change(() -> records.add(record));
  }

  @Override
  public void onFailure(Throwable reason) {
    change(() -> failure = reason);
  }

  @Override
  public void onCompletion() {
    change(() -> failure = new AssertionError("a tail has no end"));
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    subscription.cancel();
  }
}
