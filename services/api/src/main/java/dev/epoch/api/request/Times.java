package dev.epoch.api.request;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Times as clients write them. */
public final class Times {
  private Times() {}

  /**
   * A time with offset, or a day, which stands for its beginning in UTC.
   *
   * @throws java.time.DateTimeException if it is neither
   */
  public static Instant parse(String text) {
    return text.length() <= 10
        ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
        : OffsetDateTime.parse(text.replace(' ', 'T')).toInstant();
  }
}
