package dev.epoch.gateway.stream;

import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;

/**
 * The character U+0000, which JSON can write and no text of a database can hold: a command with it
 * would stop every read model that keeps the text.
 */
public final class NulCharacters {
  static final Rejection REFUSAL =
      Rejection.of(
          Code.VALIDATION, "A text holds the character NUL (U+0000)", "Leave the character out");

  private static final String ESCAPED = "u0000";

  private NulCharacters() {}

  /**
   * Whether a text of a JSON document holds the character: its escape stands behind an odd number
   * of backslashes.
   */
  public static boolean in(String json) {
    for (int at = json.indexOf(ESCAPED); at >= 0; at = json.indexOf(ESCAPED, at + 1)) {
      int backslash = at - 1;
      while (backslash >= 0 && json.charAt(backslash) == '\\') {
        backslash--;
      }
      if ((at - 1 - backslash) % 2 == 1) {
        return true;
      }
    }
    return false;
  }
}
