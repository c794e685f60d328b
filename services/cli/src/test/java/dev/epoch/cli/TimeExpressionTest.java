package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeExpressionTest {

  private static final ZonedDateTime NOW =
      ZonedDateTime.parse("2025-03-15T12:00:00+01:00[Europe/Berlin]");

  @ParameterizedTest
  @CsvSource({
    "now, 2025-03-15T11:00:00Z",
    "today, 2025-03-14T23:00:00Z",
    "yesterday, 2025-03-13T23:00:00Z",
    "2 weeks ago, 2025-03-01T11:00:00Z",
    "1.hour.ago, 2025-03-15T10:00:00Z",
    "2024-01-15, 2024-01-14T23:00:00Z",
    "2024-01-15 10:00, 2024-01-15T09:00:00Z",
    "2024-01-15 10:00:00, 2024-01-15T09:00:00Z",
    "2024-07-15 10:00:00, 2024-07-15T08:00:00Z",
    "2024-01-15T10:00:00Z, 2024-01-15T10:00:00Z",
    "2024-01-15 10:00:00 +0200, 2024-01-15T08:00:00Z",
    "2024-01-15T10:00:00-05, 2024-01-15T15:00:00Z"
  })
  void namesAMoment(String text, Instant expected) {
    assertThat(TimeExpression.from(text, NOW)).contains(expected);
  }

  @Test
  void aDayEndsWithItsLastMoment() {
    assertThat(TimeExpression.until("2024-01-15", NOW))
        .contains(Instant.parse("2024-01-15T22:59:59.999Z"));
    assertThat(TimeExpression.until("2024-01-15 10:00:00", NOW))
        .contains(Instant.parse("2024-01-15T09:00:00Z"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1.0.0", "abc123f", "main", "2024", "2024-13-01", "release-2024-01-15"})
  void anythingElseIsNoTime(String text) {
    assertThat(TimeExpression.from(text, NOW)).isEmpty();
  }
}
