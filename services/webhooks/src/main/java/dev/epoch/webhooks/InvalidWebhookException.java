package dev.epoch.webhooks;

import java.util.Objects;

/** A subscription cannot be as it is asked for; the message says what a field should be. */
public final class InvalidWebhookException extends RuntimeException {
  private final String field;

  public InvalidWebhookException(String field, String message) {
    super(message, null, false, false);
    this.field = Objects.requireNonNull(field, "field");
  }

  /** Name of the field that is wrong. */
  public String field() {
    return field;
  }
}
