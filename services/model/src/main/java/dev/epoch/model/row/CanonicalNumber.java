package dev.epoch.model.row;

import java.math.BigDecimal;

/**
 * One text per number: plain digits, no exponent, no trailing zeros behind the point, no point
 * without digits behind it, no sign of zero. What is no number ({@code NaN}, {@code Infinity})
 * stays as it is.
 */
final class CanonicalNumber {
  /**
   * Of a number with an exponent; PostgreSQL's numeric has at most 131,072 digits before the point.
   */
  private static final int MAX_EXPONENT = 150_000;

  private CanonicalNumber() {}

  static String of(String text) {
    int length = text.length();
    int at = length > 0 && text.charAt(0) == '-' ? 1 : 0;
    if (at == length) {
      return text;
    }
    int first = at;
    if (text.charAt(first) > '9') {
      return text;
    }
    int point = -1;
    for (; at < length; at++) {
      char c = text.charAt(at);
      if (c == '.' && point < 0) {
        point = at;
      } else if (c < '0' || c > '9') {
        return unusual(text);
      }
    }
    if (point == first || text.charAt(first) == '0' && length > first + 1 && point != first + 1) {
      return unusual(text);
    }
    int end = length;
    if (point >= 0) {
      while (text.charAt(end - 1) == '0') {
        end--;
      }
      if (end - 1 == point) {
        end = point;
      }
    }
    if (first == 1 && end == 2 && text.charAt(1) == '0') {
      return "0";
    }
    return end == length ? text : text.substring(0, end);
  }

  /** With an exponent, a plus, leading zeros or no digit before the point; or no number at all. */
  private static String unusual(String text) {
    try {
      BigDecimal number = new BigDecimal(text);
      if (number.signum() == 0) {
        return "0";
      }
      BigDecimal stripped = number.stripTrailingZeros();
      return Math.abs((long) stripped.scale()) > MAX_EXPONENT ? text : stripped.toPlainString();
    } catch (NumberFormatException e) {
      return text;
    }
  }

  /**
   * The text of a structure with each number in it made canonical. Double-quoted parts, in which a
   * backslash protects the next character, stay as they are.
   *
   * @param separators characters that end a number
   */
  static String inside(String text, String separators) {
    if (!mayHoldOtherForms(text)) {
      return text;
    }
    StringBuilder canonical = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      int end = at + 1;
      if (c == '"') {
        end = endOfQuoted(text, at);
        canonical.append(text, at, end);
      } else if (separators.indexOf(c) >= 0) {
        canonical.append(c);
      } else {
        while (end < text.length()
            && text.charAt(end) != '"'
            && separators.indexOf(text.charAt(end)) < 0) {
          end++;
        }
        canonical.append(of(text.substring(at, end)));
      }
      at = end;
    }
    return canonical.toString();
  }

  /** Whether there is a point, an exponent, a plus or a leading or negative zero, unquoted. */
  private static boolean mayHoldOtherForms(String text) {
    char last = ' ';
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        i = endOfQuoted(text, i) - 1;
      } else if (c == '.'
          || c == '+'
          || isDigit(last) && (c == 'e' || c == 'E')
          || c == '0' && !isDigit(last) && (last == '-' || isDigitAt(text, i + 1))) {
        return true;
      }
      last = c;
    }
    return false;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isDigitAt(String text, int at) {
    return at < text.length() && isDigit(text.charAt(at));
  }

  private static int endOfQuoted(String text, int start) {
    int at = start + 1;
    while (at < text.length() && text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    return Math.min(at + 1, text.length());
  }
}
