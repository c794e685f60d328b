package dev.epoch.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as people type them: {@code 2024-01-15}, {@code 2024-01-15 10:00:00}, {@code
 * 2024-01-15T10:00:00Z}, {@code now}, {@code today}, {@code yesterday}, {@code 2 weeks ago}. A time
 * without a zone is in the zone of the reader.
 */
public final class TimeExpression {

  /** What a time may look like. */
  public static final String EXAMPLES =
      "a time looks like 2024-01-15, '2024-01-15 10:00:00', '2 days ago' or yesterday";

  private static final Pattern AGO =
      Pattern.compile("(\\d+)[ .](second|minute|hour|day|week|month|year)s?[ .]ago");

  private TimeExpression() {}

  /** The moment that a text names; for a whole day, its start. */
  public static Optional<Instant> from(String text, ZonedDateTime now) {
    return moment(text, now, false);
  }

  /** The moment that a text names; for a whole day, its last one. */
  public static Optional<Instant> until(String text, ZonedDateTime now) {
    return moment(text, now, true);
  }

  private static Optional<Instant> moment(String typed, ZonedDateTime now, boolean last) {
    String text = typed.strip().toLowerCase(Locale.ROOT);
    switch (text) {
      case "now":
        return Optional.of(now.toInstant());
      case "today":
        return Optional.of(day(now.toLocalDate(), now.getZone(), last));
      case "yesterday":
        return Optional.of(day(now.toLocalDate().minusDays(1), now.getZone(), last));
      default:
        break;
    }
    Matcher ago = AGO.matcher(text);
    if (ago.matches()) {
      ChronoUnit unit = ChronoUnit.valueOf(ago.group(2).toUpperCase(Locale.ROOT) + "S");
      return Optional.of(now.minus(Long.parseLong(ago.group(1)), unit).toInstant());
    }
    return absolute(typed.strip(), now.getZone(), last);
  }

  private static Optional<Instant> absolute(String text, ZoneId zone, boolean last) {
    if (!text.matches("\\d{4}-\\d{2}-\\d{2}.*")) {
      return Optional.empty();
    }
    String joined = text.replaceFirst(" ", "T").replace(" ", "");
    try {
      if (joined.length() == 10) {
        return Optional.of(day(LocalDate.parse(joined), zone, last));
      }
      if (joined.matches(".*T.*(Z|[+-]\\d{2}(:?\\d{2})?)")) {
        String zoned = joined.replaceFirst("([+-]\\d{2})(\\d{2})$", "$1:$2");
        return Optional.of(
            OffsetDateTime.parse(zoned.replaceFirst("([+-]\\d{2})$", "$1:00")).toInstant());
      }
      return Optional.of(LocalDateTime.parse(joined).atZone(zone).toInstant());
    } catch (DateTimeException noTime) {
      return Optional.empty();
    }
  }

  private static Instant day(LocalDate day, ZoneId zone, boolean last) {
    return last
        ? day.atTime(LocalTime.MAX).atZone(zone).toInstant().truncatedTo(ChronoUnit.MILLIS)
        : day.atStartOfDay(zone).toInstant();
  }
}
