package dev.epoch.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.epoch.benchmarks.report.Latency;
import dev.epoch.benchmarks.report.Pairs;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class PairsTest {

  private static final Latency NONE = new Latency(0, 0, 0);

  @Test
  void theRatioIsTheMedianAndOneSpoiltPairDoesNotMoveIt() {
    assertThat(pairs(1.1, 50, 0.9).ratio()).isEqualTo(1.1);
    assertThat(pairs(4, 1, 3, 2).ratio()).isEqualTo(2.5);
  }

  @Test
  void ofFewPairsTheIntervalIsTheirRange() {
    Pairs few = pairs(3, 1, 2);
    assertThat(few.low()).isEqualTo(1);
    assertThat(few.high()).isEqualTo(3);
  }

  @Test
  void theIntervalHoldsTheMedianInNineteenOfTwentyRuns() {
    // given runs of 50 pairs, whose ratios are even between 0 and 2: the median is 1
    Random random = new Random(1);
    int held = 0;
    int runs = 2000;
    for (int i = 0; i < runs; i++) {
      Pairs run = pairs(DoubleStream.generate(() -> 2 * random.nextDouble()).limit(50).toArray());
      held += run.low() <= 1 && 1 <= run.high() ? 1 : 0;
    }
    assertThat(held / (double) runs).isCloseTo(0.95, within(0.02));
  }

  @Test
  void bothHalvesOfAPairGoFirstByTurns() throws Exception {
    // given
    List<String> order = new ArrayList<>();

    // when
    Pairs pairs =
        new Interleaved(3, java.time.Duration.ofSeconds(60), 2, 1)
            .run(() -> order.add("raw"), () -> order.add("epoch"));

    // then
    assertThat(order)
        .containsExactly(
            "raw", "raw", "epoch", "epoch", // warm-up
            "raw", "raw", "epoch", "epoch", "epoch", "epoch", "raw", "raw", "raw", "raw", "epoch",
            "epoch");
    assertThat(pairs.ratios()).hasSize(3);
    assertThat(pairs.raw().count()).isEqualTo(6);
  }

  private static Pairs pairs(double... ratios) {
    return new Pairs(ratios, NONE, NONE);
  }
}
