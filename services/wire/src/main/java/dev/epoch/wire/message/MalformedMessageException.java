package dev.epoch.wire.message;

/** What arrived is no message of the protocol. */
public final class MalformedMessageException extends RuntimeException {
  public MalformedMessageException(String message) {
    super(message);
  }
}
