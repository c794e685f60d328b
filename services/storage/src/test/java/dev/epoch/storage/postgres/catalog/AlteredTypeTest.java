package dev.epoch.storage.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Labels that were renamed, and labels that came between them. */
class AlteredTypeTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "?",
      value = {
        "a b, a b, ''",
        "a b, a b c, ''",
        "a b, c a d b e, ''",
        "a b, c b, c=a",
        "a b, b a, a=b b=a",
        "a b, x y, x=a y=b",
        "a b, c b d, c=a",
        "a b, d c b, ?",
        "a, c d, ?",
        "a b c, a x d c, ?",
        "a b c, a x c d, x=b",
        "a b c d, b a c d e, ?",
        "a b, b, ?"
      })
  void labels(String was, String now, String names) {
    Optional<String> found =
        AlteredType.labels(List.of(was.split(" ")), List.of(now.split(" ")))
            .map(map ->
                String.join(
                    " ",
                    map.entrySet().stream()
                        .map((Map.Entry<String, String> e) -> e.getKey() + "=" + e.getValue())
                        .sorted()
                        .toList()));
    assertThat(found).isEqualTo(Optional.ofNullable(names));
  }
}
