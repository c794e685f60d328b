package dev.epoch.model.value;

import java.util.Locale;

/** {@code a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}. */
public final class UuidText {
  private static final int LENGTH = 36;

  private UuidText() {}

  /** In lower case. Fails with {@link MalformedValueException}. */
  public static String canonical(String text) {
    boolean capital = false;
    if (text.length() != LENGTH) {
      throw malformed();
    }
    for (int i = 0; i < LENGTH; i++) {
      char c = text.charAt(i);
      boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
      boolean digit = c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
      boolean upper = c >= 'A' && c <= 'F';
      if (hyphen ? c != '-' : !digit && !upper) {
        throw malformed();
      }
      capital |= upper;
    }
    return capital ? text.toLowerCase(Locale.ROOT) : text;
  }

  private static MalformedValueException malformed() {
    return MalformedValueException.form("a UUID is 32 hexadecimal digits in five groups");
  }
}
