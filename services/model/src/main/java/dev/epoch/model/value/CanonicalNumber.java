package dev.epoch.model.value;

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
}
