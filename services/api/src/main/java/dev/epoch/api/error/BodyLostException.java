package dev.epoch.api.error;

import java.io.IOException;

/** The body of a request ended before it was complete: its sender has gone, or fell silent. */
public final class BodyLostException extends RuntimeException {
  private final boolean waited;

  /**
   * @param waited whether it was given up because nothing came
   */
  public BodyLostException(IOException cause, boolean waited) {
    super(
        waited ? "The rest of the body did not come" : "The body ended before it was complete",
        cause);
    this.waited = waited;
  }

  public boolean waited() {
    return waited;
  }
}
