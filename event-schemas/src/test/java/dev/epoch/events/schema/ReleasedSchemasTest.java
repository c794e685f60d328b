package dev.epoch.events.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Released schemas stand as they were released; CONTRIBUTING.md says what to do instead. */
class ReleasedSchemasTest {
  private static final Map<String, SchemaFile> CURRENT =
      SchemaFile.all().stream().collect(Collectors.toMap(SchemaFile::path, Function.identity()));

  static Stream<SchemaFile> released() {
    return SchemaFile.released().stream();
  }

  @Test
  void everySchemaHasItsReleasedCopy() {
    assertThat(SchemaFile.released())
        .extracting(SchemaFile::path)
        .as("copy a new schema file to src/test/resources/released; never remove a released one")
        .containsExactlyInAnyOrderElementsOf(CURRENT.keySet());
  }

  @ParameterizedTest
  @MethodSource("released")
  void releasedSchemaStands(SchemaFile released) {
    SchemaFile current = CURRENT.get(released.path());

    assertThat(SchemaEvolution.refusals(released.schema(), current.schema()))
        .as("incompatible edits; add version %d of the record instead", released.version() + 1)
        .isEmpty();
    assertThat(current.schema())
        .as("a compatible edit; repeat it in src/test/resources/released")
        .isEqualTo(released.schema());
  }
}
