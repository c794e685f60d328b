package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefsTest {

  @ParameterizedTest
  @CsvSource({
    "HEAD, feature/x",
    "@, feature/x",
    "HEAD~1, feature/x~1",
    "HEAD~, feature/x~1",
    "HEAD^, feature/x~1",
    "HEAD^^, feature/x~2",
    "HEAD~2^, feature/x~3",
    "HEAD^2, feature/x^2",
    "HEAD~3^2~1, feature/x~3^2~1",
    "HEAD^0, feature/x",
    "main, main",
    "main~4, main~4",
    "abc123f, abc123f",
    "v1.0.0^, v1.0.0~1",
    "HEADS, HEADS"
  })
  void resolves(String typed, String expected) {
    assertThat(Refs.resolve(typed, () -> "feature/x")).isEqualTo(expected);
  }
}
