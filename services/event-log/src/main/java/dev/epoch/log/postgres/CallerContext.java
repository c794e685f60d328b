package dev.epoch.log.postgres;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.function.Supplier;

/** Brings answers back to the Vert.x context that asked. */
final class CallerContext {
  private CallerContext() {}

  /** Emits on the context of the subscriber, or wherever the work ends if it has none. */
  static <T> Uni<T> answering(Supplier<Uni<T>> work) {
    return Uni.createFrom()
        .deferred(() -> {
          Context caller = Vertx.currentContext();
          return caller == null
              ? work.get()
              : work.get().emitOn(task -> caller.runOnContext(ignored -> task.run()));
        });
  }
}
