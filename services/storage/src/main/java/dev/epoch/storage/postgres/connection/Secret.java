package dev.epoch.storage.postgres.connection;

import java.util.Objects;

/** A text that never appears when printed. */
final class Secret {
  private final String text;

  private Secret(String text) {
    this.text = Objects.requireNonNull(text, "text");
  }

  static Secret of(String text) {
    return new Secret(text);
  }

  /** The text itself, for the one place that needs it. */
  String reveal() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && secret.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
