package dev.epoch.api.error;

import java.io.IOException;

/** The body of a request ended before it was complete: its sender has gone, or fell silent. */
public final class BodyLostException extends RuntimeException {
  public BodyLostException(IOException cause) {
    super("The body ended before it was complete", cause);
  }
}
