package dev.epoch.kafka;

/** Nothing can be published as things are. The message says why, and what helps. */
final class PublishingException extends RuntimeException {
  PublishingException(String message) {
    super(message);
  }

  PublishingException(String message, Throwable cause) {
    super(message, cause);
  }
}
