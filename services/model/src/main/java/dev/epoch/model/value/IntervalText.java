package dev.epoch.model.value;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Intervals in ISO 8601, {@code P1Y2M3DT4H5M6.7S}: months, days and seconds, to the microsecond,
 * which are not converted into each other. Each part may have its own sign.
 */
public final class IntervalText {
  private static final Pattern ISO =
      Pattern.compile(
          "(?<sign>-)?P(?=.)((?<years>[+-]?\\d{1,9})Y)?((?<months>[+-]?\\d{1,10})M)?"
              + "((?<weeks>[+-]?\\d{1,9})W)?((?<days>[+-]?\\d{1,10})D)?"
              + "(T(?=.)((?<hours>[+-]?\\d{1,10})H)?((?<minutes>[+-]?\\d{1,12})M)?"
              + "((?<seconds>[+-]?\\d{1,15}(\\.\\d{1,9})?)S)?)?");

  private IntervalText() {}

  /**
   * Fails with {@link MalformedValueException}. Weeks become days, twelve months a year, sixty
   * minutes an hour; a month stays a month and a day a day.
   */
  public static String canonical(String text) {
    String trimmed = text.trim();
    if (trimmed.equalsIgnoreCase("infinity") || trimmed.equalsIgnoreCase("-infinity")) {
      return trimmed.toLowerCase(java.util.Locale.ROOT);
    }
    Matcher matcher = ISO.matcher(trimmed);
    if (!matcher.matches()) {
      throw MalformedValueException.form("an interval is an ISO 8601 duration");
    }
    int sign = matcher.group("sign") == null ? 1 : -1;
    try {
      long months =
          Math.addExact(
              Math.multiplyExact(number(matcher, "years"), 12), number(matcher, "months"));
      long days =
          Math.addExact(Math.multiplyExact(number(matcher, "weeks"), 7), number(matcher, "days"));
      return print(
          Math.toIntExact(sign * months), Math.toIntExact(sign * days), sign * micros(matcher));
    } catch (ArithmeticException e) {
      throw MalformedValueException.range("the interval is out of range");
    }
  }

  private static long micros(Matcher matcher) {
    long minutes =
        Math.addExact(Math.multiplyExact(number(matcher, "hours"), 60), number(matcher, "minutes"));
    String seconds = matcher.group("seconds");
    long fromSeconds =
        seconds == null
            ? 0
            : new BigDecimal(seconds)
                .movePointRight(6)
                .setScale(0, RoundingMode.HALF_EVEN)
                .longValueExact();
    return Math.addExact(Math.multiplyExact(minutes, 60_000_000L), fromSeconds);
  }

  private static long number(Matcher matcher, String group) {
    String digits = matcher.group(group);
    return digits == null ? 0 : Long.parseLong(digits);
  }

  private static String print(int months, int days, long micros) {
    if (months == 0 && days == 0 && micros == 0) {
      return "PT0S";
    }
    StringBuilder text = new StringBuilder("P");
    append(text, months / 12, 'Y');
    append(text, months % 12, 'M');
    append(text, days, 'D');
    if (micros != 0) {
      text.append('T');
      append(text, micros / 3_600_000_000L, 'H');
      append(text, micros / 60_000_000L % 60, 'M');
      long rest = micros % 60_000_000L;
      if (rest != 0) {
        text.append(BigDecimal.valueOf(rest, 6).stripTrailingZeros().toPlainString()).append('S');
      }
    }
    return text.toString();
  }

  private static void append(StringBuilder text, long amount, char unit) {
    if (amount != 0) {
      text.append(amount).append(unit);
    }
  }
}
