package dev.epoch.kafka;

import dev.epoch.kafka.PublishingStatus.State;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Publishes the events of a log to a topic, in the log's order, each once for readers of committed
 * records.
 *
 * <pre>
 *   my turn? --yes--> open a session --> page behind its checkpoint --> publish --> next page
 *      ^                                      |                            |
 *      +--- a pause <--- close the session <--+---------- failure ---------+
 * </pre>
 *
 * Nothing of the server waits for it: while Kafka is away it stands still, says so, and catches up
 * later.
 */
public final class KafkaPublisher implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(KafkaPublisher.class.getName());
  private static final int PAGE = 500;

  /** Characters of data in one transaction, beyond which it ends. */
  private static final long LARGEST = 4L << 20;

  private static final Duration IDLE = Duration.ofSeconds(2);
  private static final Duration STANDBY = Duration.ofSeconds(1);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Duration READ = Duration.ofSeconds(30);
  private static final Duration STOP = Duration.ofSeconds(5);

  private final EventLog log;
  private final KafkaSettings settings;
  private final Turn turn;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile Doing doing;

  /** Position; below 0 while it is not known. */
  private volatile long published = -1;

  private volatile long known;
  private volatile boolean closed;
  private Thread thread;

  private record Doing(State state, String error, Instant since) {}

  public KafkaPublisher(EventLog log, KafkaSettings settings, Turn turn, Clock clock) {
    this.log = log;
    this.settings = settings;
    this.turn = turn;
    this.clock = clock;
    this.doing = new Doing(State.STARTING, null, clock.instant());
  }

  /** Begins, on a thread of its own. */
  public void start() {
    thread = Thread.ofPlatform().daemon().name("kafka-publisher").start(this::run);
  }

  /** There is a record at this position. */
  public void wake(long position) {
    lock.lock();
    try {
      known = Math.max(known, position);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  public PublishingStatus status() {
    Doing now = doing;
    long position = published;
    boolean unknown = position < 0;
    return new PublishingStatus(
        now.state(),
        settings.topic(),
        unknown ? null : position,
        unknown ? null : Math.max(0, known - position),
        now.error(),
        now.since());
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    while (!closed) {
      try {
        if (!turn.take()) {
          published = -1;
          now(State.STANDBY, null);
          pause(STANDBY);
          continue;
        }
        Optional<UUID> name = name();
        if (name.isEmpty()) {
          pause(IDLE);
          continue;
        }
        try (PublishingSession session = PublishingSession.open(settings, name.get())) {
          requireSameLog(session.checkpoint());
          published = session.checkpoint().position();
          now(State.PUBLISHING, null);
          pause = FIRST_PAUSE;
          follow(session);
        }
      } catch (RuntimeException failure) {
        if (!closed) {
          now(State.FAILING, text(failure));
          LOG.log(System.Logger.Level.DEBUG, "Publishing to Kafka", failure);
          pause(pause);
          pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
        }
      }
    }
    turn.release();
  }

  /** Publishes until the turn is over, or it is closed, or fails. */
  private void follow(PublishingSession session) {
    while (!closed && turn.held()) {
      long knownBefore = known;
      List<StoredRecord> page = page(session.checkpoint().position());
      if (page.isEmpty()) {
        idle(knownBefore);
      } else {
        session.publish(page);
        published = session.checkpoint().position();
        wake(published);
      }
    }
  }

  private List<StoredRecord> page(long after) {
    long[] characters = {0};
    return log.read(EventLog.ALL, after)
        .select()
        .first(PAGE)
        .select()
        .first(stored -> {
          long before = characters[0];
          characters[0] += stored.envelope().data().length();
          return before < LARGEST;
        })
        .collect()
        .asList()
        .await()
        .atMost(READ);
  }

  /** The first record names the log; a log without records has no name yet. */
  private Optional<UUID> name() {
    return at(1).map(stored -> stored.envelope().id());
  }

  private Optional<StoredRecord> at(long position) {
    return log.read(EventLog.ALL, position - 1)
        .select()
        .first()
        .collect()
        .first()
        .map(Optional::ofNullable)
        .await()
        .atMost(READ);
  }

  /**
   * A database that was put back to an earlier day has other records where others were published.
   */
  private void requireSameLog(Checkpoint checkpoint) {
    if (checkpoint.position() == 0) {
      return;
    }
    boolean same =
        at(checkpoint.position())
            .filter(stored -> stored.position() == checkpoint.position())
            .filter(stored -> stored.envelope().id().equals(checkpoint.id()))
            .isPresent();
    if (!same) {
      throw new PublishingException(
          "the topic has events up to position %d that this log does not have: was its database put back? Choose another topic"
              .formatted(checkpoint.position()));
    }
  }

  private void now(State state, String error) {
    Doing before = doing;
    boolean other = before.state() != state;
    doing = new Doing(state, error, other ? clock.instant() : before.since());
    if (other) {
      LOG.log(
          state == State.FAILING ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
          "Publishing to Kafka, topic {0}: {1}",
          settings.topic(),
          error == null ? state.name().toLowerCase(Locale.ROOT) : error);
    }
  }

  private static String text(RuntimeException failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Until there is a record that was not known. */
  private void idle(long knownBefore) {
    await(IDLE, knownBefore);
  }

  private void pause(Duration time) {
    await(time, Long.MAX_VALUE);
  }

  private void await(Duration time, long knownBefore) {
    lock.lock();
    try {
      for (long left = time.toNanos(); left > 0 && !closed && known <= knownBefore; ) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException stopped) {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /** Stops; what is on its way ends undone, and comes again. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (thread == null) {
      return;
    }
    try {
      if (!thread.join(STOP)) {
        thread.interrupt();
        thread.join(STOP);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
