package dev.epoch.catalog.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "{\"Exactly\": 4} | EXACTLY(4)",
        "{\"EXACTLY\": 4} | EXACTLY(4)",
        "{\"exactly\": 4} | EXACTLY(4)",
        "\"EXACTLY(1)\" | EXACTLY(1)",
        "{\"AtLeast\": 0} | AT_LEAST(0)",
        "{\"at-least\": 2} | AT_LEAST(2)",
        "{\"AT_LEAST\": 2} | AT_LEAST(2)",
        "{\"AtMost\": 3} | AT_MOST(3)",
        "{\"Range\": [1, 3]} | RANGE(1, 3)",
        "{\"Range\": {\"min\": 1, \"max\": 3}} | RANGE(1, 3)",
        "\"RANGE(1, 3)\" | RANGE(1, 3)",
        "\"Optional\" | OPTIONAL",
        "{\"Optional\": null} | OPTIONAL",
        "\"ANY\" | ANY",
        "null | ANY",
        "\"all\" | ALL"
      })
  void quantifiersAreRead(String text, String expected) {
    Quantifier read = Quantifier.parse(CatalogJson.read(text), "quantifier");
    assertThat(read).hasToString(expected);
    assertThat(Quantifier.parse(read.toJson(), "quantifier")).isEqualTo(read);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "{\"Some\": 1}",
        "{\"Exactly\": -1}",
        "{\"Range\": [3, 1]}",
        "{\"Exactly\": \"x\"}",
        "\"Exactly\"",
        "\"AtLeast\"",
        "\"AtMost\"",
        "\"Range\"",
        "{\"Exactly\": {}}",
        "{\"Range\": {\"min\": 1}}",
        "\"EXACTLY(99999999999999999999)\""
      })
  void otherQuantifiersAreRefused(String text) {
    assertThatExceptionOfType(InvalidCatalogException.class)
        .isThrownBy(() -> Quantifier.parse(CatalogJson.read(text), "quantifier"));
  }

  @ParameterizedTest
  @CsvSource({
    "ExplicitOrFilter, EXPLICIT_OR_FILTER",
    "explicit-or-filter, EXPLICIT_OR_FILTER",
    "explicit_or_filter, EXPLICIT_OR_FILTER",
    "ExplicitOnly, EXPLICIT",
    "FilterOnly, FILTER",
    "filter-only, FILTER",
    "PoolBased, POOL_BASED",
    "pool-based, POOL_BASED"
  })
  void selectionModesAreRead(String text, SelectionMode expected) {
    assertThat(SelectionMode.parse(text, "selection")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"total, total", "other, other", "derived-other, other"})
  void derivedPropertiesThatUseDerivedOnesAreRefused(String used, String named) {
    String text =
        """
        {"name": "A", "properties": [{"name": "n", "data_type": "Number"}],
         "derived": [
          {"id": "derived-total", "name": "total", "expr": {"type": "prop", "prop": "%s"}},
          {"id": "derived-other", "name": "other", "expr": {"type": "prop", "prop": "n"}}]}
        """
            .formatted(used);
    assertThatExceptionOfType(InvalidCatalogException.class)
        .isThrownBy(
            () -> ClassDef.create(CatalogJson.read(text), Audit.created("u", Instant.EPOCH)))
        .withMessageContaining(named);
  }
}
