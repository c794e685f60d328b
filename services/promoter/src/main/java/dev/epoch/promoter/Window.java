package dev.epoch.promoter;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Set;

/**
 * A span of time: between two instants, on days of the week, between hours, or all of it.
 *
 * @param from first moment, or null
 * @param until first moment after it, or null
 * @param days of the week; empty for all
 * @param start of the hours, or null
 * @param end of the hours, or null; before the start they pass midnight, and belong to the day that
 *     they begin on
 * @param zone of days and hours
 * @param reason for people, or null
 */
public record Window(
    Instant from,
    Instant until,
    Set<DayOfWeek> days,
    LocalTime start,
    LocalTime end,
    ZoneId zone,
    String reason) {
  public Window {
    days = Set.copyOf(days);
  }

  /** Whether the moment lies in it. */
  public boolean contains(Instant moment) {
    if (from != null && moment.isBefore(from) || until != null && !moment.isBefore(until)) {
      return false;
    }
    ZonedDateTime local = moment.atZone(zone);
    LocalTime time = local.toLocalTime();
    boolean overnight = start != null && end != null && !start.isBefore(end);
    if (overnight) {
      return !time.isBefore(start)
          ? isDay(local.getDayOfWeek())
          : time.isBefore(end) && isDay(local.getDayOfWeek().minus(1));
    }
    return isDay(local.getDayOfWeek())
        && (start == null || !time.isBefore(start))
        && (end == null || time.isBefore(end));
  }

  private boolean isDay(DayOfWeek day) {
    return days.isEmpty() || days.contains(day);
  }

  /** For people: the reason, or what is known of it. */
  @Override
  public String toString() {
    return reason != null
        ? reason
        : (from == null ? "" : "from " + from + " ")
            + (until == null ? "" : "until " + until + " ")
            + (days.isEmpty() ? "" : "on " + days + " ")
            + (start == null ? "" : start + "-" + end + " " + zone);
  }
}
