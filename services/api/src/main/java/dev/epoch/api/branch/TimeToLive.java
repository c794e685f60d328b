package dev.epoch.api.branch;

import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.events.BranchExpiry;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long a branch lives: {@code 90m}, {@code 12h}, {@code 7d}, {@code 2w}, or as in ISO 8601. */
public final class TimeToLive {
  private static final Pattern SHORT = Pattern.compile("(\\d{1,9})([smhdw])");
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private TimeToLive() {}

  /**
   * When it ends.
   *
   * @param ttl null or empty for never
   * @param work whether work that is nowhere else goes with the branch; null for no
   * @return null for never
   * @throws InvalidRequestException if it is no time, or work is said without one
   */
  public static BranchExpiry from(Instant now, String ttl, Boolean work) {
    if (ttl == null || ttl.isEmpty()) {
      if (work != null) {
        throw new InvalidRequestException(
            FieldProblem.body("value_error", "expire_work", "Give a ttl with it"));
      }
      return null;
    }
    Duration duration = duration(ttl.strip());
    if (duration.isNegative() || duration.isZero() || duration.compareTo(LONGEST) > 0) {
      throw wrong();
    }
    return new BranchExpiry(
        now.plus(duration).truncatedTo(ChronoUnit.MICROS), Boolean.TRUE.equals(work));
  }

  /**
   * The time so long ago: {@code 0d} is now.
   *
   * @throws InvalidRequestException if it is no time
   */
  public static Instant ago(Instant now, String age) {
    Duration duration = duration(age.strip());
    if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
      throw wrong();
    }
    return now.minus(duration);
  }

  private static Duration duration(String text) {
    Matcher matcher = SHORT.matcher(text);
    if (matcher.matches()) {
      long count = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "s" -> Duration.ofSeconds(count);
        case "m" -> Duration.ofMinutes(count);
        case "h" -> Duration.ofHours(count);
        case "d" -> Duration.ofDays(count);
        default -> Duration.ofDays(Math.multiplyExact(count, 7L));
      };
    }
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException | ArithmeticException noDuration) {
      throw wrong();
    }
  }

  private static InvalidRequestException wrong() {
    return new InvalidRequestException(
        FieldProblem.body("value_error", "ttl", "Should be a time above 0 such as 90m, 12h or 7d"));
  }
}
