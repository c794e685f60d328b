package dev.epoch.model.ref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {

  @ParameterizedTest
  @CsvSource({
    "v1, v1, true",
    "v1, v10, false",
    "*, anything/at.all, true",
    "v1.*, v1.2.3, true",
    "v1.*, v1, false",
    "*-rollback, v1.1.1-rollback, true",
    "v?.0, v1.0, true",
    "v?.0, v10.0, false",
    "a*b*c, a-b-b-c, true",
    "a*b*c, a-b-b-d, false",
    "'', '', true",
    "'', v, false",
    "**, '', true",
    "v[1], v1, false"
  })
  void matches(String pattern, String name, boolean expected) {
    assertThat(new NamePattern(pattern).matches(name)).isEqualTo(expected);
  }

  @Test
  void manyStarsAgainstALongNameAreQuick() {
    assertThat(new NamePattern("*a".repeat(500)).matches("a".repeat(243) + "b")).isFalse();
  }

  @Test
  void aVeryLongPatternIsRefused() {
    assertThatThrownBy(() -> new NamePattern("*".repeat(1025)))
        .isInstanceOf(InvalidNameException.class)
        .hasMessageContaining("longer than 1024");
  }
}
