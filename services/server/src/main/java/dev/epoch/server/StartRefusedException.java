package dev.epoch.server;

/**
 * The server cannot start as it is configured. The message is for whoever starts it: the problem,
 * its cause and the remedy.
 */
public final class StartRefusedException extends RuntimeException {

  public StartRefusedException(String message) {
    super(message);
  }

  public StartRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
