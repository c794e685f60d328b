package dev.epoch.storage.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.error.BusyException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LockRetriesTest {
  @Test
  void triesTogetherHoldOthersUpForABudgetOfTimeAlone() {
    // given
    AtomicLong clock = new AtomicLong();
    AtomicInteger tries = new AtomicInteger();
    LockRetries retries = new LockRetries(Duration.ofMillis(1), Duration.ofHours(1), clock::get);

    // when
    assertThatThrownBy(() ->
            retries.run(() -> {
              tries.incrementAndGet();
              clock.addAndGet(Duration.ofSeconds(2).toNanos());
              throw new BusyException("deadlock detected", "Try again");
            }))
        // then
        .isInstanceOf(BusyException.class)
        .hasMessageContaining("held up others for 6 s")
        .hasMessageContaining("deadlock detected");
    assertThat(tries).hasValue(3);
  }
}
