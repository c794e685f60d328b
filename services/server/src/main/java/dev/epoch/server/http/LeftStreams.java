package dev.epoch.server.http;

import io.quarkus.logging.LoggingFilter;
import java.io.IOException;
import java.util.logging.Filter;
import java.util.logging.LogRecord;

/**
 * Keeps out of the log what the framework says, as an error, of a stream whose client has gone.
 * Clients leave streams by closing the connection: there is no other way.
 */
@LoggingFilter(name = "left-streams")
public final class LeftStreams implements Filter {
  private static final String LOGGER =
      "org.jboss.resteasy.reactive.server.handlers.PublisherResponseHandler";

  @Override
  public boolean isLoggable(LogRecord line) {
    return !(LOGGER.equals(line.getLoggerName()) && line.getThrown() instanceof IOException);
  }
}
