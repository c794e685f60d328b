package dev.epoch.server;

import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Which of the framework's measures are shown. */
final class Metering {

  /**
   * Leaves out how many statements run and wait in a connection to the database. Each new
   * connection registers its own gauges under one name, so that only the first one's would ever be
   * shown, and a warning be logged (quarkusio/quarkus#47504).
   */
  @Produces
  @Singleton
  MeterFilter withoutGaugesOfSingleConnections() {
    return MeterFilter.deny(id ->
        "sql".equals(id.getTag("clientType"))
            && (id.getName().endsWith(".queue.size") || id.getName().endsWith(".current")));
  }
}
