package dev.epoch.model.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.value.ArrayText.Leaf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArrayTextTest {

  /** Written without quotes: to SQL they are no space. */
  @ParameterizedTest
  @ValueSource(strings = {"\u3000a", "a\u3000", "\u2003", "\u00a0x", "\u0085", "\u2028", "\u001fa"})
  void spacesOfUnicodeArePartsOfTheValue(String value) {
    assertThat(ArrayText.parse("{" + value + "}", ',').items().items())
        .containsExactly(new Leaf(value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"` a `|a", "`a\\ `|`a `", "`\t\n\u000b\f\ra\t`|a", "`\\ a`|` a`", "`a b`|`a b`"})
  void spacesOfSqlAroundAValueAreNone(String written, String value) {
    assertThat(ArrayText.parse("{" + written + "}", ',').items().items())
        .containsExactly(new Leaf(value));
  }
}
