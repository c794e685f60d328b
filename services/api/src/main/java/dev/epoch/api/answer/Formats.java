package dev.epoch.api.answer;

import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import java.util.List;
import java.util.Locale;

/** Forms of answers that a parameter chooses. */
public final class Formats {
  private Formats() {}

  /**
   * @param known the first is the default
   */
  public static String of(String given, String... known) {
    String format = given == null ? known[0] : given.toLowerCase(Locale.ROOT);
    if (!List.of(known).contains(format)) {
      throw new InvalidRequestException(
          FieldProblem.query("enum", "format", "Should be one of " + String.join(", ", known)));
    }
    return format;
  }
}
