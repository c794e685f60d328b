package dev.epoch.storage.postgres;

import dev.epoch.storage.QueryTimeoutException;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** Until when answers are waited for. */
final class Deadline {
  static final Deadline NONE = new Deadline(null, 0);

  private final Duration allowed;
  private final long end;

  private Deadline(Duration allowed, long end) {
    this.allowed = allowed;
    this.end = end;
  }

  static Deadline after(Duration duration) {
    return new Deadline(duration, System.nanoTime() + duration.toNanos());
  }

  /** Fails with {@link QueryTimeoutException} when there is no answer in time. */
  <T> T await(Uni<T> uni) {
    if (this == NONE) {
      return Await.on(uni);
    }
    long left = end - System.nanoTime();
    try {
      if (left > 0) {
        return uni.await().atMost(Duration.ofNanos(left));
      }
    } catch (TimeoutException e) {
      // said below
    }
    throw new QueryTimeoutException(
        "There was no answer within " + allowed.toSeconds() + " s", null);
  }
}
