package dev.epoch.storage.postgres.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextNamesTest {
  private static final TextNames TYPES =
      TextNames.NONE.and("x.mood", "public.mood").and("x.\"Name's\"", "public.\"Name's\"");

  private static final TextNames SCHEMAS =
      TextNames.NONE.andSchema(List.of("a$1", "\"a$1\""), "\"b$2\"");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "x.mood                        | public.mood",
        "'ok'::x.mood[]                | 'ok'::public.mood[]",
        "(a)::x.mood = b::x.mood       | (a)::public.mood = b::public.mood",
        "x.moody, xx.mood, y.x.mood    | x.moody, xx.mood, y.x.mood",
        "\"x.mood\", x.mood\"           | \"x.mood\", x.mood\"",
        "$x.mood, x.mood$              | $x.mood, x.mood$",
        "NULL::x.\"Name's\"            | NULL::public.\"Name's\"",
      })
  void typesAreReplacedAsWhole(String text, String expected) {
    assertThat(TYPES.in(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a$1.t                  | \"b$2\".t",
        "\"a$1\" . t            | \"b$2\" . t",
        "a$1, a$1_t.x, ba$1.t   | a$1, a$1_t.x, ba$1.t",
        "x.a$1.t                | x.a$1.t",
      })
  void schemasAreReplacedBeforeNames(String text, String expected) {
    assertThat(SCHEMAS.in(text)).isEqualTo(expected);
  }

  @Test
  void nothingIsReplacedInNothing() {
    assertThat(TYPES.in(null)).isNull();
    assertThat(TextNames.NONE.in("x.mood")).isEqualTo("x.mood");
    assertThat(TextNames.NONE.isEmpty()).isTrue();
    assertThat(TYPES.isEmpty()).isFalse();
  }
}
