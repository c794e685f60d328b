package dev.epoch.model.ref;

import java.util.Objects;

/**
 * A pattern of names: {@code *} stands for any characters, {@code /} too, {@code ?} for one, all
 * others for themselves. Matching takes at most the product of both lengths.
 *
 * @param text the pattern
 */
public record NamePattern(String text) {
  public static final int MAX_LENGTH = 1024;

  /**
   * @throws InvalidNameException if it is too long
   */
  public NamePattern {
    Objects.requireNonNull(text, "text");
    if (text.length() > MAX_LENGTH) {
      throw new InvalidNameException(
          "pattern", text, "it is longer than " + MAX_LENGTH + " characters");
    }
  }

  /** Whether the whole name is like the pattern. */
  public boolean matches(String name) {
    int at = 0;
    int in = 0;
    int star = -1;
    int resume = 0;
    while (in < name.length()) {
      if (at < text.length() && text.charAt(at) == '*') {
        star = at++;
        resume = in;
      } else if (at < text.length()
          && (text.charAt(at) == '?' || text.charAt(at) == name.charAt(in))) {
        at++;
        in++;
      } else if (star >= 0) {
        // the last star takes one more
        at = star + 1;
        in = ++resume;
      } else {
        return false;
      }
    }
    while (at < text.length() && text.charAt(at) == '*') {
      at++;
    }
    return at == text.length();
  }
}
