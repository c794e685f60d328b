package dev.epoch.api.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.epoch.api.commit.CreateCommit;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.NumberLimits;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiJsonTest {
  private final ObjectMapper json = ApiJson.mapper();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.10",
        "1.00000000000000000000000000000001",
        "123456789012345678901234567890",
        "0.0000000001",
        "-0.5",
        "9007199254740993"
      })
  void whatIsReadIsWrittenBackDigitByDigit(String number) throws JsonProcessingException {
    assertThat(ApiJson.text(json.readTree("[" + number + "]"))).isEqualTo("[" + number + "]");
  }

  @Test
  void exponentsAreWrittenOutUnlessTheyAreHuge() throws JsonProcessingException {
    assertThat(ApiJson.text(json.readTree("[1e3, 1e-3]"))).isEqualTo("[1000,0.001]");
    assertThat(ApiJson.text(json.readTree("[1e999999999]"))).hasSizeLessThan(30);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"message\": 5}",
        "{\"message\": true}",
        "{\"message\": {}}",
        "{\"message\": \"m\", \"all\": \"true\"}",
        "{\"message\": \"m\", \"all\": 1}",
        "{\"message\": \"m\", \"tables\": \"users\"}",
        "{\"message\": \"m\", \"unknown\": 1}"
      })
  void refusesWrongTypesAndUnknownFields(String body) {
    assertThatThrownBy(() -> json.readValue(body, CreateCommit.class))
        .isInstanceOf(JsonMappingException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"message\": \"a\", \"message\": \"b\"}",
        "{\"message\": \"a\"} {}",
        "{\"message\"",
        "nul"
      })
  void refusesWhatIsNoSingleDocument(String body) {
    assertThatThrownBy(() -> json.readValue(body, CreateCommit.class))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void refusesDepthWithoutEnd() {
    assertThatThrownBy(() -> json.readTree("[".repeat(10_001)))
        .isInstanceOf(StreamConstraintsException.class);
  }

  @Test
  void numbersThatAreHugeAreRefusedByName() throws JsonProcessingException {
    JsonNode bomb = json.readTree("{\"a\": [1, {\"b\": 1e999999999}]}");

    assertThatThrownBy(() -> NumberLimits.check(bomb, "body"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("body.a.1.b");
    assertThat(NumberLimits.check(json.readTree("[1e100, 0.001]"), "body")).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\\ud800\"",
        "\"a\\udc00b\"",
        "\"\\ud83d\\ud83d\\udf31\"",
        "{\"a\": [\"\\udf31\\ud83c\"]}",
        "{\"\\ud800\": 1}"
      })
  void refusesTextThatIsNoUnicode(String body) {
    assertThatThrownBy(() -> json.readTree(body)).isInstanceOf(IllFormedTextException.class);
    assertThatThrownBy(() -> json.readTree(body.getBytes(StandardCharsets.UTF_8)))
        // Jackson finds it first in the name of a field
        .isInstanceOf(StreamReadException.class);
    assertThatThrownBy(() -> json.copy().readValue(body, Object.class))
        .isInstanceOf(IllFormedTextException.class);
  }

  @Test
  void readsPairsOfSurrogates() throws JsonProcessingException {
    assertThat(json.readTree("\"\\ud83c\\udf31 \uD83C\uDF31\"").textValue())
        .isEqualTo("\uD83C\uDF31 \uD83C\uDF31");
  }
}
