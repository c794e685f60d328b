package dev.epoch.gateway;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.memory.MemoryEventLog;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A log in memory whose next appends go as a test says. */
final class ScriptedLog implements EventLog {
  /** How an append goes. */
  enum Fate {
    /** As it should. */
    STORED,
    /** Stored, and the answer is lost. */
    STORED_UNANSWERED,
    /** Stored after the log was read once more, and the answer is lost. */
    STORED_LATE_UNANSWERED,
    /** Not stored, and the answer is lost. */
    LOST_UNANSWERED,
    /** Refused for certain. */
    UNAVAILABLE
  }

  private static final Runnable NOTHING = () -> {};

  private final MemoryEventLog log = new MemoryEventLog();
  private final Queue<Fate> fates = new ConcurrentLinkedQueue<>();
  private final List<List<Envelope>> appends = new CopyOnWriteArrayList<>();
  private final Semaphore gate = new Semaphore(Integer.MAX_VALUE / 2);
  private final AtomicInteger failingReads = new AtomicInteger();
  private final AtomicReference<Runnable> late = new AtomicReference<>(NOTHING);
  private volatile Runnable beforeStoring = () -> {};

  void next(Fate... coming) {
    fates.addAll(List.of(coming));
  }

  /** Every append that was asked for, in order, those that failed too. */
  List<List<Envelope>> appends() {
    return appends;
  }

  /** Runs inside each append before anything is stored. */
  void beforeStoring(Runnable action) {
    beforeStoring = action;
  }

  /** The next append goes like this, and its repetitions are not answered. */
  void nextIsNeverAnswered(Fate first) {
    next(
        first,
        Fate.LOST_UNANSWERED,
        Fate.LOST_UNANSWERED,
        Fate.LOST_UNANSWERED,
        Fate.LOST_UNANSWERED);
  }

  /** Whether an append waits for the log to be read. */
  boolean storesLater() {
    return late.get() != NOTHING;
  }

  /** So many reads find no log. */
  void failReads(int count) {
    failingReads.set(count);
  }

  /** Appends wait from now on. */
  void hold() {
    gate.drainPermits();
  }

  void release() {
    gate.release(Integer.MAX_VALUE / 2);
  }

  List<StoredRecord> stored(String stream) {
    return log.read(stream, 0).collect().asList().await().indefinitely();
  }

  @Override
  public Membership join(Member member, Duration lease) {
    return log.join(member, lease);
  }

  @Override
  public Uni<AppendResult> append(
      String stream, long fence, long expectedVersion, List<Envelope> records) {
    return Uni.createFrom()
        .item(() -> {
          List<Envelope> copy = List.copyOf(records);
          appends.add(copy);
          awaitGate();
          beforeStoring.run();
          Fate fate = fates.poll();
          return switch (fate == null ? Fate.STORED : fate) {
            case STORED -> store(stream, fence, expectedVersion, copy);
            case STORED_UNANSWERED -> {
              store(stream, fence, expectedVersion, copy);
              throw new AppendOutcomeUnknownException("the connection broke", null);
            }
            case STORED_LATE_UNANSWERED -> {
              late.set(() -> store(stream, fence, expectedVersion, copy));
              throw new AppendOutcomeUnknownException("the connection broke", null);
            }
            case LOST_UNANSWERED ->
                throw new AppendOutcomeUnknownException("the connection broke", null);
            case UNAVAILABLE -> throw new LogUnavailableException("the log is read-only", null);
          };
        });
  }

  private void awaitGate() {
    try {
      if (!gate.tryAcquire(20, TimeUnit.SECONDS)) {
        throw new AssertionError("the test never released the log");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private AppendResult store(
      String stream, long fence, long expectedVersion, List<Envelope> records) {
    return log.append(stream, fence, expectedVersion, records).await().indefinitely();
  }

  @Override
  public Multi<StoredRecord> read(String stream, long afterVersion) {
    if (failingReads.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      return Multi.createFrom().failure(new LogUnavailableException("the log is away", null));
    }
    List<StoredRecord> there = stored(stream);
    late.get().run();
    late.set(NOTHING);
    return Multi.createFrom()
        .iterable(there)
        .select()
        .where(record -> record.version() > afterVersion);
  }

  @Override
  public Multi<StoredRecord> tail(long afterPosition) {
    return log.tail(afterPosition);
  }
}
