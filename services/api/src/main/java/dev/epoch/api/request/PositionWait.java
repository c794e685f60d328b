package dev.epoch.api.request;

import dev.epoch.api.error.NotReadyException;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Waits, within bounds, until a repository's state holds all that the log had at a position. */
final class PositionWait {
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(5);

  private final EventLog log;

  PositionWait(EventLog log) {
    this.log = log;
  }

  /**
   * Returns as soon as the state includes every record of the repository up to this position.
   *
   * @throws NotReadyException if that takes too long, for example because the log is not there yet
   */
  void await(LiveRepository repository, long position) {
    long limit = System.nanoTime() + LONGEST.toNanos();
    long pause = FIRST_PAUSE.toNanos();
    while (!reached(repository, position)) {
      if (System.nanoTime() > limit) {
        throw new NotReadyException(
            "Position "
                + position
                + " is not there yet; the repository stands at "
                + repository.position());
      }
      LockSupport.parkNanos(pause);
      pause = Math.min(pause * 2, Duration.ofMillis(200).toNanos());
    }
  }

  /** Other repositories may have taken the positions since the repository's own last record. */
  private boolean reached(LiveRepository repository, long position) {
    if (repository.position() >= position) {
      return true;
    }
    if (first(EventLog.ALL, position - 1).isEmpty()) {
      return false;
    }
    return first(repository.stream(), repository.state().version())
        .map(next -> next.position() > position)
        .orElse(true);
  }

  private Optional<StoredRecord> first(String stream, long afterVersion) {
    return Optional.ofNullable(
        log.read(stream, afterVersion).select().first().toUni().await().atMost(LONGEST));
  }
}
