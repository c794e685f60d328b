package dev.epoch.api.event;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.CompletableFuture;

/** Ends streams that would go on for ever when the server stops. */
@ApplicationScoped
public class OpenStreams {
  private final CompletableFuture<Boolean> stopped = new CompletableFuture<>();

  /** Emits once, when the server stops. */
  public Multi<Boolean> stop() {
    return Multi.createFrom().completionStage(() -> stopped.copy());
  }

  void end(@Observes ShutdownEvent event) {
    stopped.complete(true);
  }
}
