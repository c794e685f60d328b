package dev.epoch.storage.postgres.codec;

import dev.epoch.events.table.DataType;
import dev.epoch.model.value.MalformedValueException;
import dev.epoch.model.value.TemporalText;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Dates and times as PostgreSQL prints them, {@code 2024-01-31 12:00:00+00}, and its limits.
 *
 * <p>Years before 1 keep PostgreSQL's {@code BC} behind the value, the infinite values their names.
 */
final class PostgresTime {
  private static final Pattern MODIFIER = Pattern.compile("\\((\\d)\\)");
  private static final int GREATEST_DATE_YEAR = 5_874_897;
  private static final int GREATEST_TIMESTAMP_YEAR = 294_276;
  private static final int LEAST_YEAR = -4_713;

  private PostgresTime() {}

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
    if (TemporalText.isInfinite(text)) {
      return text.toLowerCase(Locale.ROOT);
    }
    LocalDate date = read(type, "a date like 2024-01-31", text, () -> TemporalText.localDate(text));
    return print(inRange(type, date, GREATEST_DATE_YEAR), "");
  }

  static String timestamp(DataType type, String text) {
    if (TemporalText.isInfinite(text)) {
      return text.toLowerCase(Locale.ROOT);
    }
    String form = "a time without zone like 2024-01-31T12:30:00";
    TemporalText.Moment moment = moment(type, form, text);
    if (moment.offset() != null && moment.offset() != 0) {
      throw BadValues.expected(type, form + ": the column has no time zone", text);
    }
    return print(moment.local(), "");
  }

  /** A value without zone is taken as UTC, as PostgreSQL does in sessions that run in UTC. */
  static String instant(DataType type, String text) {
    if (TemporalText.isInfinite(text)) {
      return text.toLowerCase(Locale.ROOT);
    }
    return print(moment(type, "a time like 2024-01-31T12:30:00Z", text).atUtc(), "+00");
  }

  static String time(DataType type, String text) {
    String form = "a time of day like 12:30:00";
    TemporalText.TimeOfDay time = timeOfDay(type, form, text);
    if (time.offset() != null) {
      throw BadValues.expected(type, form + ": the column has no time zone", text);
    }
    return TemporalText.time(time.nanos());
  }

  static String timeWithZone(DataType type, String text) {
    String form = "a time of day with its zone like 12:30:00+02:00";
    TemporalText.TimeOfDay time = timeOfDay(type, form, text);
    if (time.offset() == null) {
      throw BadValues.expected(type, form, text);
    }
    int seconds = Math.abs(time.offset());
    StringBuilder zone = new StringBuilder(time.offset() < 0 ? "-" : "+");
    zone.append(String.format(Locale.ROOT, "%02d", seconds / 3600));
    if (seconds % 3600 != 0) {
      zone.append(String.format(Locale.ROOT, ":%02d", seconds / 60 % 60));
    }
    if (seconds % 60 != 0) {
      zone.append(String.format(Locale.ROOT, ":%02d", seconds % 60));
    }
    return TemporalText.time(time.nanos()) + zone;
  }

  private static TemporalText.Moment moment(DataType type, String form, String text) {
    TemporalText.Moment moment =
        read(type, form, text, () -> TemporalText.moment(text, fractionDigits(type)));
    inRange(type, moment.local().toLocalDate(), GREATEST_TIMESTAMP_YEAR);
    return moment;
  }

  private static TemporalText.TimeOfDay timeOfDay(DataType type, String form, String text) {
    return read(type, form, text, () -> TemporalText.timeOfDay(text, fractionDigits(type)));
  }

  private static <T> T read(DataType type, String form, String text, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (MalformedValueException e) {
      throw e.isForm()
          ? BadValues.expected(type, form, text)
          : BadValues.refused(type, e.getMessage());
    }
  }

  private static LocalDate inRange(DataType type, LocalDate date, int greatestYear) {
    if (date.getYear() > greatestYear || date.getYear() < LEAST_YEAR) {
      throw BadValues.refused(type, "the year is out of range");
    }
    return date;
  }

  private static int fractionDigits(DataType type) {
    Matcher modifier = MODIFIER.matcher(type.name());
    return modifier.find() ? Integer.parseInt(modifier.group(1)) : 6;
  }

  private static String print(LocalDateTime time, String zone) {
    String text = TemporalText.time(time.toLocalTime().toNanoOfDay());
    return print(time.toLocalDate(), " " + text + zone);
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
}
