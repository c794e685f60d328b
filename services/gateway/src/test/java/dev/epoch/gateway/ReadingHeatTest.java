package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.gateway.read.ReadingHeat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadingHeatTest {
  private final ReadingHeat<String> heat = new ReadingHeat<>();

  private int looksUntilHot(int every) {
    for (int look = 1; look <= 10_000; look++) {
      if (!heat.look(look % every == 0 ? List.of("a") : List.of("b" + look)).isEmpty()) {
        return look;
      }
    }
    return Integer.MAX_VALUE;
  }

  @Test
  void whatIsAlwaysReadIsHotWithTheSixthLook() {
    assertThat(looksUntilHot(1)).isEqualTo(6);
    assertThat(looksUntilHot(1)).isEqualTo(6);
  }

  @Test
  void whatIsReadAFifthOfTheTimeIsHotLater() {
    assertThat(looksUntilHot(5)).isBetween(25, 60);
  }

  @Test
  void whatIsReadNowAndThenStaysCold() {
    assertThat(looksUntilHot(12)).isEqualTo(Integer.MAX_VALUE);
  }
}
