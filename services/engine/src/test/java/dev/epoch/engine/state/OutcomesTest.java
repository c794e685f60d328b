package dev.epoch.engine.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutcomesTest {
  private static final Outcome DONE = new Outcome.Done(Map.of("commit", "c"));
  private static final Outcome REFUSED =
      new Outcome.Refused(Rejection.of(Code.HEAD_MOVED, "moved"));

  @Test
  void oldestAreForgottenBeyondTheCapacity() {
    Outcomes outcomes = Outcomes.NONE;
    for (int i = 0; i <= Outcomes.CAPACITY + 1; i++) {
      outcomes = outcomes.with("k" + i, DONE);
    }

    assertThat(outcomes.byKey()).hasSize(Outcomes.CAPACITY);
    assertThat(outcomes.order()).hasSize(Outcomes.CAPACITY);
    assertThat(outcomes.of("k0")).isEmpty();
    assertThat(outcomes.of("k1")).isEmpty();
    assertThat(outcomes.of("k2")).contains(DONE);
    assertThat(outcomes.order().getFirst()).isEqualTo("k2");
  }

  @Test
  void doneStands() {
    Outcomes outcomes = Outcomes.NONE.with("k", DONE);

    assertThat(outcomes.with("k", REFUSED).of("k")).contains(DONE);
    assertThat(outcomes.with("k", new Outcome.Done(Map.of())).of("k")).contains(DONE);
  }

  @Test
  void refusedMayBeDoneLater() {
    Outcomes outcomes = Outcomes.NONE.with("k", REFUSED).with("other", DONE).with("k", DONE);

    assertThat(outcomes.of("k")).contains(DONE);
    assertThat(outcomes.order()).containsExactly("k", "other");
  }

  @Test
  void withoutKeyNothingIsRemembered() {
    assertThat(Outcomes.NONE.with(null, DONE)).isSameAs(Outcomes.NONE);
    assertThat(Outcomes.NONE.with("k", DONE).of(null)).isEmpty();
  }
}
