package dev.epoch.engine.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutcomesTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Outcome DONE = new Outcome.Done(Map.of("commit", "c"));
  private static final Outcome REFUSED =
      new Outcome.Refused(Rejection.of(Code.HEAD_MOVED, "moved"));

  @Test
  void oldestAreForgottenBeyondTheCapacity() {
    Outcomes outcomes = Outcomes.NONE;
    for (int i = 0; i <= Outcomes.CAPACITY + 1; i++) {
      outcomes = outcomes.with("k" + i, DONE, NOW);
    }

    assertThat(outcomes.byKey()).hasSize(Outcomes.CAPACITY);
    assertThat(outcomes.order()).hasSize(Outcomes.CAPACITY);
    assertThat(outcomes.of("k0")).isEmpty();
    assertThat(outcomes.of("k1")).isEmpty();
    assertThat(outcomes.of("k2")).contains(DONE);
    assertThat(outcomes.order().getFirst()).isEqualTo(new Outcomes.Use("k2", NOW));
  }

  @Test
  void doneStands() {
    Outcomes outcomes = Outcomes.NONE.with("k", DONE, NOW);

    assertThat(outcomes.with("k", REFUSED, NOW).of("k")).contains(DONE);
    assertThat(outcomes.with("k", new Outcome.Done(Map.of()), NOW).of("k")).contains(DONE);
  }

  @Test
  void refusedMayBeDoneLater() {
    Outcomes outcomes =
        Outcomes.NONE.with("k", REFUSED, NOW).with("other", DONE, NOW).with("k", DONE, NOW);

    assertThat(outcomes.of("k")).contains(DONE);
    assertThat(outcomes.order()).extracting(Outcomes.Use::key).containsExactly("k", "other");
  }

  @Test
  void expiredOnesAreForgotten() {
    String first = "create-tag@one:k";
    Outcomes outcomes =
        Outcomes.NONE.with(first, DONE, NOW).with("create-tag@two:l", DONE, NOW.plusSeconds(9));

    assertThat(outcomes.since(NOW)).isSameAs(outcomes);
    Outcomes left = outcomes.since(NOW.plusMillis(1));
    assertThat(left.of(first)).isEmpty();
    assertThat(left.request("k")).isEmpty();
    assertThat(left.request("l")).contains("two");
    assertThat(left.order()).hasSize(1);
    assertThat(left.since(NOW.plusSeconds(10))).isEqualTo(Outcomes.NONE);
  }

  @Test
  void withoutKeyNothingIsRemembered() {
    assertThat(Outcomes.NONE.with(null, DONE, NOW)).isSameAs(Outcomes.NONE);
    assertThat(Outcomes.NONE.with("k", DONE, NOW).of(null)).isEmpty();
  }
}
