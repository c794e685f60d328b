package dev.epoch.client;

import java.util.Objects;

/**
 * No answer came from the server. For a command that may have reached it the message says that the
 * outcome is unknown.
 */
public final class UnreachableException extends EpochException {

  private static final long serialVersionUID = 1L;

  private final String remedy;

  public UnreachableException(String message, String remedy, Throwable cause) {
    super(message, cause);
    this.remedy = Objects.requireNonNull(remedy, "remedy");
  }

  @Override
  public String remedy() {
    return remedy;
  }
}
