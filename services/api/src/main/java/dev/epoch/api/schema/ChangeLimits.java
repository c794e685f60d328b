package dev.epoch.api.schema;

import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.gateway.schema.ConstraintService.How;
import dev.epoch.storage.schema.SchemaWriter.Limits;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long a change of a live table may hold up others; the seed's names and defaults. */
public final class ChangeLimits {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
  private static final Duration LOCK = Duration.ofSeconds(30);
  private static final Duration STATEMENT = Duration.ofMinutes(5);
  private static final int RETRIES = 3;
  private static final int MOST_RETRIES = 100;

  private ChangeLimits() {}

  /** Each may be null for the default. */
  public static How how(
      Boolean online, String lockTimeout, String statementTimeout, Integer retries) {
    if (retries != null && (retries < 0 || retries > MOST_RETRIES)) {
      throw problem("retries", "Should be 0 to " + MOST_RETRIES);
    }
    return new How(
        Boolean.TRUE.equals(online),
        new Limits(
            duration("lock_timeout", lockTimeout, LOCK),
            duration("statement_timeout", statementTimeout, STATEMENT),
            retries == null ? RETRIES : retries));
  }

  static Duration duration(String field, String text, Duration usual) {
    if (text == null) {
      return usual;
    }
    Matcher parts = DURATION.matcher(text);
    if (!parts.matches()) {
      throw problem(field, "Should be like 500ms, 30s, 5m or 1h");
    }
    long number = Long.parseLong(parts.group(1));
    Duration duration =
        switch (parts.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          default -> Duration.ofHours(number);
        };
    if (duration.compareTo(Duration.ofDays(1)) > 0) {
      throw problem(field, "Should be a day at most");
    }
    return duration;
  }

  private static InvalidRequestException problem(String field, String message) {
    return new InvalidRequestException(FieldProblem.body("value_error", field, message));
  }
}
