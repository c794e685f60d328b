package dev.epoch.model.value;

import java.util.Locale;

/** Bytes as two hexadecimal digits each, also with {@code \x} before them. */
final class HexText {
  private HexText() {}

  static String canonical(String text) {
    String digits = text.startsWith("\\x") ? text.substring(2) : text;
    boolean capital = false;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      capital |= c >= 'A' && c <= 'F';
      if (Character.digit(c, 16) < 0 || c > 'f') {
        throw MalformedValueException.form("bytes are hexadecimal digits");
      }
    }
    if (digits.length() % 2 != 0) {
      throw MalformedValueException.form("a byte has two hexadecimal digits");
    }
    return capital ? digits.toLowerCase(Locale.ROOT) : digits;
  }
}
