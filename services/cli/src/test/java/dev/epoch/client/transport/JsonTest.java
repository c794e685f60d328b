package dev.epoch.client.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"b\":[true,false,null],\"c\":{\"d\":\"e\"}}",
        "[9007199254740993,123456789012345678901234567890]",
        "[0.1,1.50,100.00,123456789.123456789123456789]",
        "[\"\\\"quoted\\\"\",\"line\\nbreak\",\"über\"]",
        "[]",
        "{}",
        "\"text\"",
        "12"
      })
  void writesWhatItRead(String text) throws IOException {
    assertThat(Json.compact(Json.parse(text))).isEqualTo(text);
  }

  @Test
  void indentsByTwoSpaces() throws IOException {
    assertThat(Json.pretty(Json.parse("{\"a\":[1,{\"b\":2}],\"c\":[]}")))
        .isEqualTo(
            """
            {
              "a": [
                1,
                {
                  "b": 2
                }
              ],
              "c": [ ]
            }\
            """);
  }

  @Test
  void nothingIsNoTree() throws IOException {
    assertThat(Json.parse("").isMissingNode()).isTrue();
    assertThatThrownBy(() -> Json.parse("{\"a\":")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Json.parse("nonsense")).isInstanceOf(IOException.class);
  }
}
