package dev.epoch.storage.postgres;

import io.smallrye.mutiny.Uni;

/** Waits for the non-blocking client on a virtual thread. */
final class Await {
  private Await() {}

  static <T> T on(Uni<T> uni) {
    return uni.await().indefinitely();
  }

  /** Waits and ignores failure: for cleaning up after the failure that matters. */
  static void quietly(Uni<?> uni) {
    try {
      uni.await().indefinitely();
    } catch (RuntimeException ignored) {
      // the connection is gone, which is what was wanted
    }
  }
}
