package dev.epoch.model.merge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.model.value.JsonDocuments;
import dev.epoch.model.value.JsonText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonMergeTest {

  /** {base, ours, theirs, merged, paths of conflicts}; each also runs mirrored. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                  | {\"a\":1}         | {\"b\":2}         | {\"a\": 1, \"b\": 2}  | ''",
        "{\"a\":1}           | {\"a\":2}         | {\"a\":1,\"b\":1} | {\"a\": 2, \"b\": 1}  | ''",
        "{\"a\":1}           | {}                | {\"a\":1,\"b\":1} | {\"b\": 1}            | ''",
        "{\"a\":1}           | {}                | {\"a\":2}         | -                     | /a",
        "{\"a\":1}           | {\"a\":null}      | {}                | -                     | /a",
        "{\"a\":null}        | {\"a\":1}         | {\"a\":null}      | {\"a\": 1}            | ''",
        "{}                  | {\"a\":1}         | {\"a\":1.0}       | {\"a\": 1}            | ''",
        "{}                  | {\"a\":1}         | {\"a\":2}         | -                     | /a",
        "{\"o\":{\"x\":1}}   | {\"o\":{\"x\":2}} | {\"o\":{\"x\":1,\"y\":1}} | {\"o\": {\"x\": 2,"
            + " \"y\": 1}} | ''",
        "{\"o\":{\"x\":1}}   | {\"o\":{\"x\":2}} | {\"o\":{\"x\":3}} | -                     |"
            + " /o/x",
        "{\"o\":{\"x\":1}}   | {\"o\":{\"x\":2}} | {\"o\":5}         | -                     | /o",
        "{\"o\":1}           | {\"o\":{\"x\":2}} | {\"o\":{\"y\":3}} | -                     | /o",
        "{\"l\":[1]}         | {\"l\":[1,2]}     | {\"l\":[1,3]}     | -                     | /l",
        "{\"l\":[{\"a\":1}]} | {\"l\":[{\"a\":1.0}]} | {\"l\":[]}    | {\"l\": []}           | ''",
        "{\"a/b~c\":1}       | {\"a/b~c\":2}     | {\"a/b~c\":3}     | -                     |"
            + " /a~1b~0c",
        "{\"\":1,\"z\":1}    | {\"\":2,\"z\":2}  | {\"\":3,\"z\":3}  | -                     | / /z"
      })
  void byKey(String base, String ours, String theirs, String merged, String paths) {
    for (boolean mirrored : new boolean[] {false, true}) {
      JsonMerge merge =
          JsonMerge.of(base, mirrored ? theirs : ours, mirrored ? ours : theirs).orElseThrow();

      assertThat(merge.conflicts().stream().map(JsonMerge.PartConflict::path))
          .isEqualTo(paths.isEmpty() ? List.of() : List.of(paths.split(" ")));
      if (paths.isEmpty()) {
        assertThat(JsonDocuments.same(merge.merged(), read(merged))).isTrue();
      }
    }
  }

  @Test
  void partsArePutInThePlaceOfConflicts() {
    JsonMerge merge =
        JsonMerge.of(
                "{\"a/b\":{\"~\":1},\"c\":1}",
                "{\"a/b\":{\"~\":2},\"c\":2}",
                "{\"a/b\":{\"~\":3},\"c\":3}")
            .orElseThrow();

    merge.set("/a~1b/~0", read("[7]"));
    merge.set("/c", null);

    assertThat(JsonText.compact(merge.merged())).isEqualTo("{\"a/b\":{\"~\":[7]}}");
  }

  /** Read again, they could say something else than before: they are merged as one piece. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "[]",
        "null",
        "",
        "{",
        "{} {}",
        "{\"a\":1,\"a\":2}",
        "{\"o\":{\"a\":1,\"a\":2}}",
        "{a:1}",
        "NaN"
      })
  void whatIsNoPlainObjectIsOnePiece(String text) {
    assertThat(JsonMerge.of("{}", text, "{}")).isEmpty();
    assertThat(JsonMerge.of(text, "{}", "{}")).isEmpty();
    assertThat(JsonMerge.of("{}", "{}", null)).isEmpty();
  }

  @Test
  void whatIsNestedTooDeepIsOnePiece() {
    String deep = "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000);

    assertThat(JsonMerge.of("{}", deep, "{}")).isEmpty();
  }

  /** Lines of a PostgreSQL session: what jsonb prints. */
  @Test
  void plainJsonKeepsItsKeysAndDigits() {
    assertThat(JsonText.compact(read("{\"b\": 1.50, \"a\": [\"\\ud800\"]}")))
        .isEqualTo("{\"b\":1.50,\"a\":[\"\\ud800\"]}");
  }

  private static JsonNode read(String text) {
    return JsonDocuments.read(text).orElseThrow();
  }
}
