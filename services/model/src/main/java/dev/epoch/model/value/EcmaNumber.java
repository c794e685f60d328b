package dev.epoch.model.value;

import java.math.BigDecimal;

/**
 * The text of a number as ECMAScript's {@code Number::toString} prints it, which RFC 8785 takes
 * over, for any digits: plain from 1e-6 up to 21 digits, else with an exponent as in {@code
 * 1.5e+21}.
 */
final class EcmaNumber {
  private static final int MOST_PLAIN_DIGITS = 21;
  private static final int MOST_ZEROS = 6;

  private EcmaNumber() {}

  static String of(BigDecimal number) {
    if (number.signum() == 0) {
      return "0";
    }
    BigDecimal stripped = number.stripTrailingZeros();
    String digits = stripped.unscaledValue().abs().toString();
    // the number is 0.digits times ten to the power of point
    long point = (long) digits.length() - stripped.scale();
    StringBuilder text = new StringBuilder(digits.length() + 8);
    if (stripped.signum() < 0) {
      text.append('-');
    }
    if (point > 0 && point <= MOST_PLAIN_DIGITS) {
      int whole = (int) point;
      if (digits.length() <= whole) {
        return text.append(digits).repeat('0', whole - digits.length()).toString();
      }
      return text.append(digits, 0, whole)
          .append('.')
          .append(digits, whole, digits.length())
          .toString();
    }
    if (point <= 0 && point > -MOST_ZEROS) {
      return text.append("0.").repeat('0', (int) -point).append(digits).toString();
    }
    text.append(digits.charAt(0));
    if (digits.length() > 1) {
      text.append('.').append(digits, 1, digits.length());
    }
    long exponent = point - 1;
    return text.append('e').append(exponent < 0 ? '-' : '+').append(Math.abs(exponent)).toString();
  }
}
