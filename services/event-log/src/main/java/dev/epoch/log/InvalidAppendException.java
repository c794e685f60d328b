package dev.epoch.log;

/**
 * The append can never succeed as it is: data too large, no JSON object, text that cannot be
 * stored, or ids that other records have. Nothing was stored. Trying again without changing it is
 * pointless.
 */
public final class InvalidAppendException extends RuntimeException {
  public InvalidAppendException(String message) {
    super(message);
  }

  public InvalidAppendException(String message, Throwable cause) {
    super(message, cause);
  }
}
