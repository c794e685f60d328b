package dev.epoch.storage.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Labels that were renamed, and labels that came between them. */
class AlteredTypeTest {
  /** Labels of now with their numbers and the names that they have been seen with. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "?",
      value = {
        "a b, a1a b2b, ''",
        "a b, a1a b2b c3c, ''",
        "a b, c3c a1a d4d b2b, ''",
        "a b, c1ac b2b, c=a",
        "a b, b1ab a2ba, a=b b=a",
        "a b, b1b a2a, ''",
        "a b, b3b a2a, ''",
        "a b, c1c b2b, ?",
        "a b, c1ca b2b d3d, c=a",
        "a b, d3d c1ca b2b, c=a",
        "a, d2d c1ca, c=a",
        "c, d2d c1ca, ''",
        "a b, a3a c1ac b2b, c=a",
        "c b, a3a c1ac b2b, ''",
        "a b, b1b, ?"
      })
  void labels(String was, String now, String names) {
    List<AlteredType.Label> labels =
        Stream.of(now.split(" "))
            .map(label ->
                new AlteredType.Label(
                    label.substring(0, 1), label.charAt(1), Set.of(label.substring(2).split(""))))
            .toList();
    assertThat(
            AlteredType.labels(List.of(was.split(" ")), labels)
                .map(found ->
                    found.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .sorted()
                        .collect(Collectors.joining(" "))))
        .isEqualTo(Optional.ofNullable(names));
  }
}
