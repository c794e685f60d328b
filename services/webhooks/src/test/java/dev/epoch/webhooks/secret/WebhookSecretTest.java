package dev.epoch.webhooks.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.epoch.webhooks.NamePatterns;
import dev.epoch.webhooks.RetrySchedule;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSecretTest {
  /** From the specification of Standard Webhooks. */
  @Test
  void signsAsTheSpecificationSays() {
    WebhookSecret secret = WebhookSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    assertThat(secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assertThat(secret.text()).isEqualTo("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    assertThat(secret.toString()).doesNotContain("MfKQ");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 23, 65})
  void hasFrom24To64Bytes(int bytes) {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            WebhookSecret.parse("whsec_" + Base64.getEncoder().encodeToString(new byte[bytes])));
  }

  @ParameterizedTest
  @ValueSource(strings = {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!", "whsec_"})
  void refusesWhatIsNone(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> WebhookSecret.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "main, main, true",
    "main, main2, false",
    "feature/*, feature/x, true",
    "feature/*, feature/x/y, true",
    "feature/*, feature, false",
    "*, anything, true",
    "*_log, a_log_log, true",
    "*_log, a_logs, false",
    "user?, users, true",
    "user?, user, false",
    "a*b*c, a-b-b-c, true"
  })
  void patternsAreThoseOfShells(String pattern, String name, boolean fits) {
    assertThat(NamePatterns.anyMatches(List.of("no", pattern), List.of(name))).isEqualTo(fits);
    assertThat(NamePatterns.anyMatches(List.of(pattern), List.of())).isFalse();
  }

  @Test
  void attemptsFollowTheStandardsSchedule() {
    RetrySchedule schedule = new RetrySchedule(RetrySchedule.STANDARD, new Random(1));
    List<Duration> expected =
        List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));

    for (int attempt = 1; attempt <= expected.size(); attempt++) {
      double share =
          (double) schedule.pauseAfter(attempt).orElseThrow().toMillis()
              / expected.get(attempt - 1).toMillis();
      assertThat(share).isBetween(0.9, 1.1).isNotEqualTo(1.0);
    }
    assertThat(schedule.pauseAfter(10)).isEmpty();
  }
}
