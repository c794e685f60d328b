package dev.epoch.server;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Starts the server, or says in one sentence why it cannot be started as it is configured. */
@ApplicationScoped
public class ServerStart {

  void start(@Observes StartupEvent event, RunningServer server) {
    try {
      server.start();
    } catch (RuntimeException failure) {
      for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof StartRefusedException refusal) {
          System.err.println("Epoch did not start. " + refusal.getMessage());
          // of all failures, this kind ends the process without a stack trace
          throw new ConfigurationException(refusal.getMessage());
        }
      }
      throw failure;
    }
  }
}
