package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.error.QueryTimeoutException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Until when answers are waited for. */
public final class Deadline {
  static final Deadline NONE = new Deadline(null, 0);

  private final Duration allowed;
  private final long end;

  private Deadline(Duration allowed, long end) {
    this.allowed = allowed;
    this.end = end;
  }

  public static Deadline after(Duration duration) {
    return new Deadline(duration, System.nanoTime() + duration.toNanos());
  }

  /** Fails with {@link QueryTimeoutException} when there is no answer in time. */
  public <T> T await(Uni<T> uni) {
    return await(uni.subscribeAsCompletionStage());
  }

  /** The same for an answer that is on its way already. */
  <T> T await(CompletableFuture<T> answer) {
    if (this == NONE) {
      return Await.on(answer);
    }
    long left = end - System.nanoTime();
    try {
      if (left > 0) {
        return Await.on(answer.copy().orTimeout(left, TimeUnit.NANOSECONDS));
      }
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof TimeoutException)) {
        throw e;
      }
      // said below
    }
    throw new QueryTimeoutException(
        "There was no answer within " + allowed.toSeconds() + " s", null);
  }
}
