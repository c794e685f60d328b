package dev.epoch.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.RecordKind;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** A reader of events that keeps what it gets and takes no more than it is told to. */
final class EventProbe implements MultiSubscriber<LogEvent> {
  private static final Duration STEP = Duration.ofMillis(5);

  private final String stream;
  private final EventFilter filter;
  private final long after;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<LogEvent> events = new ArrayList<>();
  private volatile Flow.Subscription subscription;
  private Throwable failure;
  private volatile boolean gone;

  EventProbe(String stream, EventFilter filter, long after) {
    this.stream = stream;
    this.filter = filter;
    this.after = after;
  }

  void request(long more) {
    subscription.request(more);
  }

  void leave() {
    gone = true;
    subscription.cancel();
  }

  boolean gone() {
    return gone;
  }

  /** Positions of the events that it is to see of these records. */
  List<Long> wantedOf(List<StoredRecord> records) {
    return records.stream()
        .filter(record -> record.position() > after && record.stream().equals(stream))
        .filter(record -> record.envelope().kind() == RecordKind.EVENT)
        .filter(this::wants)
        .map(StoredRecord::position)
        .toList();
  }

  private boolean wants(StoredRecord record) {
    String data = record.envelope().data();
    return (filter.types().isEmpty() || filter.types().contains(record.envelope().type()))
        && switch (filter.branches().isEmpty() ? "" : filter.branches().getFirst()) {
          case "" -> true;
          case "branch-*" -> !data.equals("{}");
          case "branch-1" -> data.equals("{\"branch_id\":\"1\"}");
          default -> false;
        };
  }

  List<LogEvent> events() {
    lock.lock();
    try {
      return List.copyOf(events);
    } finally {
      lock.unlock();
    }
  }

  List<Long> positions() {
    return events().stream().map(LogEvent::position).toList();
  }

  /** Waits for so many, and returns all that came. */
  List<Long> awaitCount(int count, Duration limit) {
    await(limit, () -> events.size() >= count);
    return positions();
  }

  Throwable awaitFailure(Duration limit) {
    await(limit, () -> failure != null);
    return failure;
  }

  /** Waits for an event, or until there will be none. */
  void awaitFirstOr(Thread writer) {
    await(Duration.ofSeconds(30), () -> !events.isEmpty() || !writer.isAlive());
  }

  private void await(Duration limit, BooleanSupplier reached) {
    long end = System.nanoTime() + limit.toNanos();
    lock.lock();
    try {
      while (!reached.getAsBoolean()) {
        assertThat(System.nanoTime()).as("%s has %s", this, events.size()).isLessThan(end);
        changed.awaitNanos(STEP.toNanos());
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
  }

  @Override
  public void onItem(LogEvent event) {
    lock.lock();
    try {
      events.add(event);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onFailure(Throwable thrown) {
    lock.lock();
    try {
      failure = thrown;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onCompletion() {
    onFailure(new AssertionError("a stream of events has no end"));
  }

  @Override
  public String toString() {
    return "%s of %s behind %d".formatted(filter, stream, after);
  }
}
