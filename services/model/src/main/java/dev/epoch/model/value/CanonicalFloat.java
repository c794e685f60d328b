package dev.epoch.model.value;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/**
 * One text per floating point number: the fewest digits that give it back and nothing else, the
 * nearest of them, printed as {@link EcmaNumber}. Zero has no sign, as to SQL it has none.
 */
final class CanonicalFloat {
  /** Decimals of so many digits are shortest already: no two of them are one number. */
  private static final int SURE_DIGITS_OF_DOUBLE = 15;

  private static final int SURE_DIGITS_OF_SINGLE = 6;

  private CanonicalFloat() {}

  static String ofDouble(String text) {
    if (isShort(text, SURE_DIGITS_OF_DOUBLE)) {
      return CanonicalNumber.of(text);
    }
    try {
      double number = Double.parseDouble(text);
      if (!Double.isFinite(number)) {
        return special(text, number);
      }
      String printed = Double.toString(number);
      if (printed.indexOf('E') < 0) {
        return plain(printed);
      }
      BigDecimal digits = new BigDecimal(printed);
      // Java prints no less than two digits, also of the smallest numbers
      BigDecimal one = digits.round(new MathContext(1));
      return EcmaNumber.of(one.doubleValue() == number ? one : digits);
    } catch (NumberFormatException e) {
      return text;
    }
  }

  static String ofSingle(String text) {
    if (isShort(text, SURE_DIGITS_OF_SINGLE)) {
      return CanonicalNumber.of(text);
    }
    try {
      float number = Float.parseFloat(text);
      if (!Float.isFinite(number)) {
        return special(text, number);
      }
      String printed = Float.toString(number);
      if (printed.indexOf('E') < 0) {
        return plain(printed);
      }
      BigDecimal digits = new BigDecimal(printed);
      BigDecimal one = digits.round(new MathContext(1));
      return EcmaNumber.of(one.floatValue() == number ? one : digits);
    } catch (NumberFormatException e) {
      return text;
    }
  }

  /** Of a number from a thousandth to ten millions, which Java prints as ECMAScript does. */
  private static String plain(String printed) {
    if (!printed.endsWith(".0")) {
      return printed;
    }
    return printed.equals("-0.0") ? "0" : printed.substring(0, printed.length() - 2);
  }

  /** What is finite as a decimal, but not as this number, stays as it is. */
  private static String special(String text, double number) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "nan", "infinity", "+infinity", "-infinity" -> Double.toString(number);
      default -> text;
    };
  }

  /** Plain digits, few, and not so small that they are printed with an exponent. */
  private static boolean isShort(String text, int most) {
    int digits = 0;
    int zeros = 0;
    boolean point = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9') {
        digits++;
        zeros += digits == zeros + 1 && c == '0' ? 1 : 0;
      } else if (c == '.' && !point && digits > 0) {
        point = true;
      } else if (c != '-' || i > 0) {
        return false;
      }
    }
    return digits > 0 && digits <= most && zeros < 5;
  }
}
