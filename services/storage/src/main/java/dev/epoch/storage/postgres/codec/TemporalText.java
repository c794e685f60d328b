package dev.epoch.storage.postgres.codec;

import dev.epoch.events.table.DataType;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Dates and times: ISO 8601 in JSON, {@code 2024-01-31 12:00:00+00} in rows.
 *
 * <p>Years before 1 keep PostgreSQL's {@code BC} behind the value, the infinite values their names.
 */
final class TemporalText {
  private static final String DATE = "(?<year>\\d{4,7})-(?<month>\\d\\d)-(?<day>\\d\\d)";
  private static final String TIME =
      "(?<hour>\\d\\d):(?<minute>\\d\\d)(:(?<second>\\d\\d)(\\.(?<fraction>\\d{1,9}))?)?";
  private static final String ZONE =
      "(?<zone>Z|(?<sign>[+-])(?<zoneHour>\\d\\d)(:?(?<zoneMinute>\\d\\d)(:?(?<zoneSecond>\\d\\d))?)?)?";
  private static final String ERA = "(?<bc> BC)?";

  private static final Pattern DATE_ONLY = Pattern.compile(DATE + ERA, Pattern.CASE_INSENSITIVE);
  private static final Pattern TIME_ONLY = Pattern.compile(TIME + ZONE, Pattern.CASE_INSENSITIVE);
  private static final Pattern DATE_AND_TIME =
      Pattern.compile(DATE + "([T ]" + TIME + " ?" + ZONE + ")?" + ERA, Pattern.CASE_INSENSITIVE);
  private static final Pattern MODIFIER = Pattern.compile("\\((\\d)\\)");
  private static final int GREATEST_DATE_YEAR = 5_874_897;
  private static final int GREATEST_TIMESTAMP_YEAR = 294_276;
  private static final int LEAST_YEAR = -4_713;
  private static final long NANOS_PER_DAY = 86_400_000_000_000L;

  private TemporalText() {}

  static String timestampToJson(String text) {
    int space = text.indexOf(' ');
    return space < 0 || text.endsWith("infinity")
        ? text
        : text.substring(0, space) + "T" + text.substring(space + 1);
  }

  static String instantToJson(String text) {
    return timestampToJson(text).replace("+00", "Z");
  }

  /** {@code 12:00:00+02} becomes {@code 12:00:00+02:00}. */
  static String timeWithZoneToJson(String text) {
    int sign = Math.max(text.lastIndexOf('+'), text.lastIndexOf('-'));
    return text.length() - sign == 3 ? text + ":00" : text;
  }

  static String date(DataType type, String text) {
    if (isInfinite(text)) {
      return text.toLowerCase(Locale.ROOT);
    }
    String form = "a date like 2024-01-31";
    Matcher matcher = match(DATE_ONLY, type, form, text);
    return print(localDate(matcher, type, form, text, GREATEST_DATE_YEAR), "");
  }

  static String timestamp(DataType type, String text) {
    if (isInfinite(text)) {
      return text.toLowerCase(Locale.ROOT);
    }
    String form = "a time without zone like 2024-01-31T12:30:00";
    Matcher matcher = match(DATE_AND_TIME, type, form, text);
    if (matcher.group("zone") != null && offsetSeconds(matcher) != 0) {
      throw BadValues.expected(type, form + ": the column has no time zone", text);
    }
    LocalDateTime time = dateTime(matcher, type, form, text);
    return print(time.toLocalDate(), " " + print(time.toLocalTime()));
  }

  /** A value without zone is taken as UTC, as PostgreSQL does in sessions that run in UTC. */
  static String instant(DataType type, String text) {
    if (isInfinite(text)) {
      return text.toLowerCase(Locale.ROOT);
    }
    String form = "a time like 2024-01-31T12:30:00Z";
    Matcher matcher = match(DATE_AND_TIME, type, form, text);
    LocalDateTime time = dateTime(matcher, type, form, text).minusSeconds(offsetSeconds(matcher));
    return print(time.toLocalDate(), " " + print(time.toLocalTime()) + "+00");
  }

  static String time(DataType type, String text) {
    String form = "a time of day like 12:30:00";
    Matcher matcher = match(TIME_ONLY, type, form, text);
    if (matcher.group("zone") != null) {
      throw BadValues.expected(type, form + ": the column has no time zone", text);
    }
    return timeOfDay(matcher, type, form, text);
  }

  static String timeWithZone(DataType type, String text) {
    String form = "a time of day with its zone like 12:30:00+02:00";
    Matcher matcher = match(TIME_ONLY, type, form, text);
    if (matcher.group("zone") == null) {
      throw BadValues.expected(type, form, text);
    }
    int offset = offsetSeconds(matcher);
    int seconds = Math.abs(offset);
    StringBuilder zone = new StringBuilder(offset < 0 ? "-" : "+");
    zone.append(String.format(Locale.ROOT, "%02d", seconds / 3600));
    if (seconds % 3600 != 0) {
      zone.append(String.format(Locale.ROOT, ":%02d", seconds / 60 % 60));
    }
    if (seconds % 60 != 0) {
      zone.append(String.format(Locale.ROOT, ":%02d", seconds % 60));
    }
    return timeOfDay(matcher, type, form, text) + zone;
  }

  private static boolean isInfinite(String text) {
    return text.equalsIgnoreCase("infinity") || text.equalsIgnoreCase("-infinity");
  }

  private static Matcher match(Pattern pattern, DataType type, String form, String text) {
    Matcher matcher = pattern.matcher(text.trim());
    if (!matcher.matches()) {
      throw BadValues.expected(type, form, text);
    }
    return matcher;
  }

  private static LocalDate localDate(
      Matcher matcher, DataType type, String form, String text, int greatestYear) {
    int year = Integer.parseInt(matcher.group("year"));
    int astronomical = matcher.group("bc") == null ? year : 1 - year;
    if (year == 0 || astronomical > greatestYear || astronomical < LEAST_YEAR) {
      throw BadValues.refused(type, "the year is out of range");
    }
    try {
      return LocalDate.of(astronomical, number(matcher, "month"), number(matcher, "day"));
    } catch (DateTimeException e) {
      throw BadValues.expected(type, form, text);
    }
  }

  private static LocalDateTime dateTime(Matcher matcher, DataType type, String form, String text) {
    LocalDate date = localDate(matcher, type, form, text, GREATEST_TIMESTAMP_YEAR);
    long nanos = matcher.group("hour") == null ? 0 : nanoOfDay(matcher, type, form, text);
    return date.atStartOfDay().plus(nanos, ChronoUnit.NANOS);
  }

  private static String timeOfDay(Matcher matcher, DataType type, String form, String text) {
    long nanos = nanoOfDay(matcher, type, form, text);
    return nanos == NANOS_PER_DAY ? "24:00:00" : print(LocalTime.ofNanoOfDay(nanos));
  }

  /** Rounded to the digits that the type keeps; the end of the day is 24:00:00. */
  private static long nanoOfDay(Matcher matcher, DataType type, String form, String text) {
    int hour = number(matcher, "hour");
    int minute = number(matcher, "minute");
    int second = number(matcher, "second");
    String fraction = matcher.group("fraction");
    long nanos = fraction == null ? 0 : Long.parseLong((fraction + "00000000").substring(0, 9));
    boolean endOfDay = hour == 24 && minute == 0 && second == 0 && nanos == 0;
    if ((hour > 23 || minute > 59 || second > 59) && !endOfDay) {
      throw BadValues.expected(type, form, text);
    }
    long unit = 1;
    for (int digits = fractionDigits(type); digits < 9; digits++) {
      unit *= 10;
    }
    long total = (hour * 3600L + minute * 60L + second) * 1_000_000_000L + nanos;
    return (total + unit / 2) / unit * unit;
  }

  private static int fractionDigits(DataType type) {
    Matcher modifier = MODIFIER.matcher(type.name());
    return modifier.find() ? Integer.parseInt(modifier.group(1)) : 6;
  }

  private static int offsetSeconds(Matcher matcher) {
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

  private static String print(LocalDate date, String rest) {
    int year = date.getYear();
    return String.format(
        Locale.ROOT,
        "%04d-%02d-%02d%s%s",
        year > 0 ? year : 1 - year,
        date.getMonthValue(),
        date.getDayOfMonth(),
        rest,
        year > 0 ? "" : " BC");
  }

  private static String print(LocalTime time) {
    String seconds =
        String.format(
            Locale.ROOT, "%02d:%02d:%02d", time.getHour(), time.getMinute(), time.getSecond());
    if (time.getNano() == 0) {
      return seconds;
    }
    String fraction = String.format(Locale.ROOT, "%06d", time.getNano() / 1000);
    return seconds + "." + fraction.replaceFirst("0+$", "");
  }
}
