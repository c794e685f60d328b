package dev.epoch.client;

/** A request that did not succeed. The message says what failed, the remedy what may help. */
public abstract sealed class EpochException extends RuntimeException
    permits RefusedException, UnreachableException {

  private static final long serialVersionUID = 1L;

  EpochException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What the reader can do about it, or null. */
  public abstract String remedy();
}
