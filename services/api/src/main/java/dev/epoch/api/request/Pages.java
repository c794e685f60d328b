package dev.epoch.api.request;

import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;

/** Sizes and places of pages as parameters give them. */
public final class Pages {
  static final int USUAL = 100;
  static final int LARGEST = 1000;

  private Pages() {}

  public static int limit(Integer given) {
    return within("limit", given, USUAL, 1, LARGEST);
  }

  public static int offset(Integer given) {
    return within("offset", given, 0, 0, Integer.MAX_VALUE);
  }

  private static int within(String name, Integer given, int usual, int least, int greatest) {
    int value = given == null ? usual : given;
    if (value < least || value > greatest) {
      throw new InvalidRequestException(
          FieldProblem.query(
              value < least ? "greater_than_equal" : "less_than_equal",
              name,
              "Should be from " + least + " to " + greatest));
    }
    return value;
  }
}
