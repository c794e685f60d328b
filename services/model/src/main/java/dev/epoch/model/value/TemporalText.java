package dev.epoch.model.value;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Dates and times in ISO 8601. Read as well: a space in place of {@code T}, {@code BC} behind a
 * year before the first, offsets without minutes, a point of time without zone, which is taken as
 * UTC.
 *
 * <p>Methods fail with {@link MalformedValueException}.
 */
public final class TemporalText {
  private static final String DATE = "(?<year>[+-]?\\d{4,9})-(?<month>\\d\\d)-(?<day>\\d\\d)";
  private static final String TIME =
      "(?<hour>\\d\\d):(?<minute>\\d\\d)(:(?<second>\\d\\d)(\\.(?<fraction>\\d{1,9}))?)?";
  private static final String ZONE =
      "(?<zone>Z|(?<sign>[+-])(?<zoneHour>\\d\\d)(:?(?<zoneMinute>\\d\\d)(:?(?<zoneSecond>\\d\\d))?)?)?";
  private static final String ERA = "(?<bc> BC)?";

  private static final Pattern DATE_ONLY = Pattern.compile(DATE + ERA, Pattern.CASE_INSENSITIVE);
  private static final Pattern TIME_ONLY = Pattern.compile(TIME + ZONE, Pattern.CASE_INSENSITIVE);
  private static final Pattern DATE_AND_TIME =
      Pattern.compile(DATE + "([T ]" + TIME + " ?" + ZONE + ")?" + ERA, Pattern.CASE_INSENSITIVE);

  private static final String PLAIN_DATE = "dddd-dd-dd";
  private static final String PLAIN_TIME = "dd:dd:dd";
  private static final long NANOS_PER_DAY = 86_400_000_000_000L;

  /**
   * A time of day.
   *
   * @param nanos since midnight, at most a whole day
   * @param offset from UTC in seconds, null if none was given
   */
  public record TimeOfDay(long nanos, Integer offset) {}

  /**
   * A date with a time of day.
   *
   * @param offset from UTC in seconds, null if none was given
   */
  public record Moment(LocalDateTime local, Integer offset) {
    /** The time at UTC; what has no offset is at UTC already. */
    public LocalDateTime atUtc() {
      return offset == null ? local : local.minusSeconds(offset);
    }
  }

  private TemporalText() {}

  /** Whether it is {@code infinity} or {@code -infinity}, which dates and timestamps may be. */
  public static boolean isInfinite(String text) {
    return text.equalsIgnoreCase("infinity") || text.equalsIgnoreCase("-infinity");
  }

  /** {@code 2024-01-31}; {@code -0043-03-15} is the ides of March of 44 BC. */
  public static String date(String text) {
    if (fits(text, 0, PLAIN_DATE) && text.length() == PLAIN_DATE.length()) {
      return text;
    }
    return isInfinite(text) ? text.toLowerCase(Locale.ROOT) : date(localDate(text));
  }

  /** {@code 12:30:00}, {@code 12:30:00.25}, {@code 24:00:00}. */
  public static String time(String text) {
    if (fits(text, 0, PLAIN_TIME) && isPlainFraction(text, PLAIN_TIME.length(), text.length())) {
      return text;
    }
    TimeOfDay time = timeOfDay(text, 9);
    if (time.offset() != null) {
      throw MalformedValueException.form("the time has a zone");
    }
    return time(time.nanos());
  }

  /** {@code 12:30:00+02:00}, {@code 12:30:00Z}. */
  public static String timeWithZone(String text) {
    TimeOfDay time = timeOfDay(text, 9);
    if (time.offset() == null) {
      throw MalformedValueException.form("the time has no zone");
    }
    return time(time.nanos()) + offset(time.offset());
  }

  /** {@code 2024-01-31T12:30:00}. */
  public static String timestamp(String text) {
    if (isPlain(text, text.length())) {
      return withT(text, text.length());
    }
    if (isInfinite(text)) {
      return text.toLowerCase(Locale.ROOT);
    }
    Moment moment = moment(text, 9);
    if (moment.offset() != null && moment.offset() != 0) {
      throw MalformedValueException.form("the time has a zone");
    }
    return print(moment.local());
  }

  /** {@code 2024-01-31T12:30:00Z}. */
  public static String instant(String text) {
    int end = text.endsWith("+00") ? text.length() - 3 : text.length() - 1;
    if ((end == text.length() - 3 || text.endsWith("Z")) && isPlain(text, end)) {
      return withT(text, end) + "Z";
    }
    return isInfinite(text) ? text.toLowerCase(Locale.ROOT) : print(moment(text, 9).atUtc()) + "Z";
  }

  /** A finite date. */
  public static LocalDate localDate(String text) {
    return localDate(match(DATE_ONLY, text));
  }

  /**
   * A time of day, rounded.
   *
   * @param digits of its seconds behind the point, 0 to 9
   */
  public static TimeOfDay timeOfDay(String text, int digits) {
    Matcher matcher = match(TIME_ONLY, text);
    return new TimeOfDay(nanoOfDay(matcher, digits), offset(matcher));
  }

  /**
   * A finite timestamp, rounded; a date alone is its midnight.
   *
   * @param digits of its seconds behind the point, 0 to 9
   */
  public static Moment moment(String text, int digits) {
    Matcher matcher = match(DATE_AND_TIME, text);
    long nanos = matcher.group("hour") == null ? 0 : nanoOfDay(matcher, digits);
    LocalDateTime midnight = localDate(matcher).atStartOfDay();
    return new Moment(midnight.plus(nanos, ChronoUnit.NANOS), offset(matcher));
  }

  /** {@code 12:30:00.25}; a whole day is {@code 24:00:00}. */
  public static String time(long nanos) {
    long seconds = nanos / 1_000_000_000L;
    long rest = nanos % 1_000_000_000L;
    StringBuilder text = new StringBuilder(18);
    two(text, seconds / 3600).append(':');
    two(text, seconds / 60 % 60).append(':');
    two(text, seconds % 60);
    if (rest != 0) {
      String fraction = Long.toString(1_000_000_000L + rest).substring(1);
      int end = fraction.length();
      while (fraction.charAt(end - 1) == '0') {
        end--;
      }
      text.append('.').append(fraction, 0, end);
    }
    return text.toString();
  }

  static String date(LocalDate date) {
    int year = date.getYear();
    String digits = String.format(Locale.ROOT, "%04d", Math.abs(year));
    return (year < 0 ? "-" : year > 9999 ? "+" : "")
        + digits
        + String.format(Locale.ROOT, "-%02d-%02d", date.getMonthValue(), date.getDayOfMonth());
  }

  private static String print(LocalDateTime time) {
    return date(time.toLocalDate()) + "T" + time(time.toLocalTime().toNanoOfDay());
  }

  private static String offset(int seconds) {
    if (seconds == 0) {
      return "Z";
    }
    int size = Math.abs(seconds);
    StringBuilder text = new StringBuilder(seconds < 0 ? "-" : "+");
    two(text, size / 3600).append(':');
    two(text, size / 60 % 60);
    if (size % 60 != 0) {
      two(text.append(':'), size % 60);
    }
    return text.toString();
  }

  private static StringBuilder two(StringBuilder text, long number) {
    return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }

  private static Matcher match(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text.trim());
    if (!matcher.matches()) {
      throw MalformedValueException.form("dates and times are spelt as ISO 8601 has them");
    }
    return matcher;
  }

  private static LocalDate localDate(Matcher matcher) {
    int year = Integer.parseInt(matcher.group("year"));
    boolean before = matcher.group("bc") != null;
    boolean signed = !Character.isDigit(matcher.group("year").charAt(0));
    if (before && signed || year == 0 && !signed && before) {
      throw MalformedValueException.form("a year is either signed or before the first");
    }
    try {
      return LocalDate.of(
          before ? 1 - year : year, number(matcher, "month"), number(matcher, "day"));
    } catch (DateTimeException e) {
      throw MalformedValueException.form("there is no such day");
    }
  }

  private static long nanoOfDay(Matcher matcher, int digits) {
    int hour = number(matcher, "hour");
    int minute = number(matcher, "minute");
    int second = number(matcher, "second");
    String fraction = matcher.group("fraction");
    long nanos = fraction == null ? 0 : Long.parseLong((fraction + "00000000").substring(0, 9));
    boolean endOfDay = hour == 24 && minute == 0 && second == 0 && nanos == 0;
    if ((hour > 23 || minute > 59 || second > 59) && !endOfDay) {
      throw MalformedValueException.form("there is no such time");
    }
    long unit = 1;
    for (int i = digits; i < 9; i++) {
      unit *= 10;
    }
    long total = (hour * 3600L + minute * 60L + second) * 1_000_000_000L + nanos;
    return Math.min(NANOS_PER_DAY, (total + unit / 2) / unit * unit);
  }

  private static Integer offset(Matcher matcher) {
    if (matcher.group("zone") == null) {
      return null;
    }
    if (matcher.group("sign") == null) {
      return 0;
    }
    int seconds =
        number(matcher, "zoneHour") * 3600
            + number(matcher, "zoneMinute") * 60
            + number(matcher, "zoneSecond");
    return matcher.group("sign").equals("-") ? -seconds : seconds;
  }

  private static int number(Matcher matcher, String group) {
    String digits = matcher.group(group);
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  // ---- what databases print most, without a pattern

  private static boolean isPlain(String text, int end) {
    return end >= 19
        && fits(text, 0, PLAIN_DATE)
        && (text.charAt(10) == ' ' || text.charAt(10) == 'T')
        && fits(text, 11, PLAIN_TIME)
        && text.charAt(11) <= '2'
        && !text.startsWith("24", 11)
        && isPlainFraction(text, 19, end);
  }

  private static String withT(String text, int end) {
    return text.charAt(10) == 'T'
        ? text.substring(0, end)
        : text.substring(0, 10) + 'T' + text.substring(11, end);
  }

  private static boolean fits(String text, int from, String form) {
    if (text.length() < from + form.length()) {
      return false;
    }
    for (int i = 0; i < form.length(); i++) {
      char c = text.charAt(from + i);
      boolean digit = c >= '0' && c <= '9';
      if (form.charAt(i) == 'd' ? !digit : c != form.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Nothing, or a point and digits of which the last is not zero. */
  private static boolean isPlainFraction(String text, int from, int to) {
    if (from == to) {
      return true;
    }
    for (int i = from + 1; i < to; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return text.charAt(from) == '.'
        && to > from + 1
        && to <= from + 10
        && text.charAt(to - 1) != '0';
  }
}
