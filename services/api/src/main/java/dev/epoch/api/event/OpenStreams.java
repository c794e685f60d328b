package dev.epoch.api.event;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;

/** Ends streams that would go on for ever, first of all when the server stops. */
@ApplicationScoped
public class OpenStreams {
  private final BroadcastProcessor<Boolean> stopped = BroadcastProcessor.create();

  /** Emits once, when the server stops. */
  public Multi<Boolean> stop() {
    return stopped;
  }

  void end(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) ShutdownEvent event) {
    stopped.onNext(true);
    stopped.onComplete();
  }
}
