package dev.epoch.storage.postgres.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers: exact in JSON, and as PostgreSQL prints them. */
final class NumberText {
  private static final Pattern NUMERIC_MODIFIER =
      Pattern.compile("numeric\\((\\d+),\\s*(-?\\d+)\\)");

  /** PostgreSQL's limits of numeric. */
  private static final int MOST_INTEGER_DIGITS = 131_072;

  private static final int MOST_FRACTION_DIGITS = 16_383;
  private static final int LONGEST_AS_IT_STANDS = 1_000;
  private static final int LONGEST_TEXT = MOST_INTEGER_DIGITS + MOST_FRACTION_DIGITS + 20;

  private NumberText() {}

  /**
   * Whether a text is, as it stands, what JSON has for its number: an optional minus, digits
   * without leading zeros, and digits behind a point if there is one. False for a zero with a
   * minus, which decimals do not have, and for texts of a length that is worth a second look.
   */
  static boolean isJson(String text) {
    int length = text.length();
    int begin = length > 0 && text.charAt(0) == '-' ? 1 : 0;
    int point = -1;
    boolean zero = true;
    for (int i = begin; i < length; i++) {
      char c = text.charAt(i);
      if (c == '.' && point < 0) {
        point = i;
      } else if (c < '0' || c > '9') {
        return false;
      } else {
        zero &= c == '0';
      }
    }
    int whole = (point < 0 ? length : point) - begin;
    return whole > 0
        && (whole == 1 || text.charAt(begin) != '0')
        && point != length - 1
        && (begin == 0 || !zero)
        && length <= LONGEST_AS_IT_STANDS;
  }

  static JsonNode integerToJson(String text) {
    return integral(new BigInteger(text));
  }

  static String integerToText(DataType type, JsonNode value) {
    BigDecimal number = decimal(type, "an integer", value);
    BigInteger integer;
    try {
      // toBigIntegerExact of 1E999999999 would fill the memory
      integer = number.precision() - number.scale() > 25 ? null : number.toBigIntegerExact();
    } catch (ArithmeticException e) {
      throw BadValues.expected(type, "an integer", value);
    }
    BigInteger least = least(type.name());
    BigInteger greatest = greatest(type.name());
    if (integer == null || integer.compareTo(least) < 0 || integer.compareTo(greatest) > 0) {
      throw BadValues.expected(type, "an integer from " + least + " to " + greatest, value);
    }
    return integer.toString();
  }

  private static BigInteger least(String name) {
    return switch (name) {
      case "smallint" -> BigInteger.valueOf(Short.MIN_VALUE);
      case "integer" -> BigInteger.valueOf(Integer.MIN_VALUE);
      case "oid" -> BigInteger.ZERO;
      default -> BigInteger.valueOf(Long.MIN_VALUE);
    };
  }

  private static BigInteger greatest(String name) {
    return switch (name) {
      case "smallint" -> BigInteger.valueOf(Short.MAX_VALUE);
      case "integer" -> BigInteger.valueOf(Integer.MAX_VALUE);
      case "oid" -> BigInteger.valueOf(4_294_967_295L);
      default -> BigInteger.valueOf(Long.MAX_VALUE);
    };
  }

  static JsonNode decimalToJson(String text) {
    if (isSpecial(text)) {
      return TextNode.valueOf(text);
    }
    BigDecimal number = new BigDecimal(text);
    return number.scale() == 0 ? integral(number.unscaledValue()) : DecimalNode.valueOf(number);
  }

  static String decimalToText(DataType type, JsonNode value) {
    String special = special(value);
    if (special != null) {
      return special;
    }
    BigDecimal number = decimal(type, "a number", value);
    requirePrintable(type, number);
    Matcher modifier = NUMERIC_MODIFIER.matcher(type.name());
    if (modifier.matches()) {
      int precision = Integer.parseInt(modifier.group(1));
      int scale = Integer.parseInt(modifier.group(2));
      number = number.setScale(scale, RoundingMode.HALF_UP);
      if (number.signum() != 0 && number.precision() > precision) {
        throw BadValues.refused(
            type, "at most " + (precision - scale) + " digits may stand before the point");
      }
      number = number.setScale(Math.max(scale, 0), RoundingMode.UNNECESSARY);
    }
    return number.toPlainString();
  }

  /** Fails for numbers that PostgreSQL cannot hold, before anyone writes out their zeros. */
  static void requirePrintable(DataType type, BigDecimal number) {
    long integerDigits = (long) number.precision() - number.scale();
    if (integerDigits > MOST_INTEGER_DIGITS || number.scale() > MOST_FRACTION_DIGITS) {
      throw BadValues.refused(type, "the number has too many digits");
    }
  }

  static JsonNode floatToJson(String text) {
    // a JSON number has no negative zero once it was read as a decimal
    return isSpecial(text) || text.equals("-0") ? TextNode.valueOf(text) : decimalToJson(text);
  }

  static String floatToText(DataType type, JsonNode value) {
    String special = special(value);
    if (special != null) {
      return special;
    }
    boolean single = type.name().equals("real");
    if (value.isTextual() && value.textValue().trim().matches("-0(\\.0*)?")
        || value.isDouble() && Double.compare(value.doubleValue(), -0.0) == 0) {
      return "-0";
    }
    BigDecimal number = decimal(type, "a number", value);
    double rounded = single ? number.floatValue() : number.doubleValue();
    if (Double.isInfinite(rounded) || rounded == 0 && number.signum() != 0) {
      throw BadValues.refused(type, "the number is out of range");
    }
    if (rounded == 0) {
      return "0";
    }
    double size = Math.abs(rounded);
    String digits = shortest(single ? shortestDigits((float) size) : shortestDigits(size), single);
    return rounded < 0 ? "-" + digits : digits;
  }

  private static BigDecimal shortestDigits(float number) {
    BigDecimal exact = new BigDecimal(number);
    return shortestDigits(
        Float.toString(number),
        exact,
        exact.subtract(new BigDecimal(Math.nextDown(number))),
        new BigDecimal(Math.ulp(number)));
  }

  private static BigDecimal shortestDigits(double number) {
    BigDecimal exact = new BigDecimal(number);
    return shortestDigits(
        Double.toString(number),
        exact,
        exact.subtract(new BigDecimal(Math.nextDown(number))),
        new BigDecimal(Math.ulp(number)));
  }

  /**
   * The fewest digits that lie strictly nearer to this number than to its neighbours. Java's own
   * printing takes a tie too, and never fewer than two digits (4.9E-324, PostgreSQL 5e-324).
   */
  private static BigDecimal shortestDigits(
      String printed, BigDecimal exact, BigDecimal gapBelow, BigDecimal gapAbove) {
    int javaDigits = new BigDecimal(printed).stripTrailingZeros().precision();
    for (int digits = javaDigits <= 2 ? 1 : javaDigits; ; digits++) {
      BigDecimal candidate = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      BigDecimal distance = candidate.subtract(exact);
      BigDecimal gap = distance.signum() < 0 ? gapBelow : gapAbove;
      if (distance.abs().multiply(BigDecimal.TWO).compareTo(gap) < 0) {
        return candidate.stripTrailingZeros();
      }
    }
  }

  /** As PostgreSQL's float output: exponents below -4, or from 15 (6 for real) on. */
  private static String shortest(BigDecimal digits, boolean single) {
    int exponent = digits.precision() - digits.scale() - 1;
    if (exponent >= -4 && exponent < (single ? 6 : 15)) {
      return digits.toPlainString();
    }
    String unscaled = digits.unscaledValue().toString();
    String fraction = unscaled.length() == 1 ? "" : "." + unscaled.substring(1);
    return unscaled.charAt(0)
        + fraction
        + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  private static JsonNode integral(BigInteger number) {
    int bits = number.bitLength();
    if (bits < Integer.SIZE) {
      return IntNode.valueOf(number.intValue());
    }
    return bits < Long.SIZE ? LongNode.valueOf(number.longValue()) : BigIntegerNode.valueOf(number);
  }

  private static boolean isSpecial(String text) {
    return text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity");
  }

  private static String special(JsonNode value) {
    if (value.isFloatingPointNumber() && !value.isBigDecimal()) {
      double number = value.doubleValue();
      return Double.isFinite(number) ? null : Double.toString(number);
    }
    if (!value.isTextual()) {
      return null;
    }
    return switch (value.textValue().trim().toLowerCase(Locale.ROOT)) {
      case "nan" -> "NaN";
      case "infinity", "+infinity", "inf" -> "Infinity";
      case "-infinity", "-inf" -> "-Infinity";
      default -> null;
    };
  }

  /** Numbers may come as strings too, for clients whose own numbers are not exact. */
  private static BigDecimal decimal(DataType type, String form, JsonNode value) {
    if (value.isNumber()) {
      return value.decimalValue();
    }
    if (value.isTextual() && value.textValue().length() <= LONGEST_TEXT) {
      try {
        return new BigDecimal(value.textValue().trim());
      } catch (NumberFormatException e) {
        throw BadValues.expected(type, form, value);
      }
    }
    throw BadValues.expected(type, form, value);
  }
}
