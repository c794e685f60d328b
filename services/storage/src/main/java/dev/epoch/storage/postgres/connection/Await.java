package dev.epoch.storage.postgres.connection;

import io.smallrye.mutiny.Uni;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Waits for the non-blocking client on a virtual thread. The deadline is the connection's: one that
 * brings nothing for the storage's {@code answer_timeout} is closed ({@link AnswerTimeout}), which
 * fails whatever is waited for on it: a database that hangs holds no branch for ever.
 */
public final class Await {
  private Await() {}

  static <T> T on(Uni<T> uni) {
    return uni.await().indefinitely();
  }

  /** The same for an answer that is on its way already. */
  static <T> T on(CompletableFuture<T> answer) {
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** Waits and ignores failure: for cleaning up after the failure that matters. */
  public static void quietly(Uni<?> uni) {
    try {
      uni.await().indefinitely();
    } catch (RuntimeException ignored) {
      // the connection is gone, which is what was wanted
    }
  }
}
