package dev.epoch.model.ref;

import java.nio.charset.StandardCharsets;

/** Characters and lengths that all kinds of names look at. */
final class NameCharacters {
  private NameCharacters() {}

  /**
   * False for control characters, line separators, halves of surrogate pairs, and characters that
   * turn the direction of the text around them, so that a name reads as what it is not.
   */
  static boolean visible(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> !turnsDirection(codePoint);
    };
  }

  static boolean allVisible(String name) {
    return name.codePoints().allMatch(NameCharacters::visible);
  }

  static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  private static boolean turnsDirection(int c) {
    return c >= 0x202A && c <= 0x202E
        || c >= 0x2066 && c <= 0x2069
        || c == 0x200E
        || c == 0x200F
        || c == 0x061C;
  }
}
