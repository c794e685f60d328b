package dev.epoch.storage.postgres.codec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.DataType;
import dev.epoch.storage.error.BadValueException;

/** Refusals of values: what was expected, and what came. */
final class BadValues {
  private static final int LONGEST_EXCERPT = 60;

  private BadValues() {}

  static BadValueException expected(DataType type, String form, JsonNode value) {
    return expected(type, form, value.toString());
  }

  /**
   * @param form what would have been right, as in "a date like 2024-01-31"
   */
  static BadValueException expected(DataType type, String form, String value) {
    return new BadValueException(
        excerpt(value) + " is not a value of type " + type.name(), "Give " + form);
  }

  /**
   * @param reason what is wrong with a value of the right form
   */
  static BadValueException refused(DataType type, String reason) {
    return new BadValueException(
        "The value does not fit type " + type.name() + ": " + reason, null);
  }

  private static String excerpt(String value) {
    return value.length() <= LONGEST_EXCERPT ? value : value.substring(0, LONGEST_EXCERPT) + "...";
  }
}
