package dev.epoch.api.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.error.BadValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordKeysTest {
  private final RecordKeys users = new RecordKeys(Shapes.USERS, new PlainValues());
  private final RecordKeys sales = new RecordKeys(Shapes.SALES, new PlainValues());

  @Test
  void aKeyOfOneColumnIsItsValue() {
    assertThat(users.fromPath("42")).isEqualTo(RowKey.of("42"));
    assertThat(users.toPath(RowKey.of("42"))).isEqualTo("42");
  }

  @Test
  void aKeyOfSeveralColumnsIsInKeyOrder() {
    assertThat(sales.fromPath("eu,17")).isEqualTo(RowKey.of("eu", "17"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a,b", "50%", "ü/日本", "plus+and space", "q'u\"ote;", "%2C"})
  void whateverIsInAKeyComesBack(String region) {
    RowKey key = RowKey.of(region, "17");

    assertThat(sales.fromPath(sales.toPath(key))).isEqualTo(key);
  }

  @Test
  void aPlusIsAPlus() {
    assertThat(sales.fromPath("a+b,1")).isEqualTo(RowKey.of("a+b", "1"));
  }

  @Test
  void refusesAnotherNumberOfValuesAndBadCodes() {
    assertThatThrownBy(() -> sales.fromPath("eu"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("[region, id]");
    assertThatThrownBy(() -> sales.fromPath("%zz,1")).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void aValueThatDoesNotFitNamesItsColumn() {
    assertThatThrownBy(() -> users.fromPath("abc"))
        .isInstanceOf(BadValueException.class)
        .hasMessageContaining("'id'");
    assertThatThrownBy(() -> users.fromJson(json("null")))
        .isInstanceOf(BadValueException.class)
        .hasMessageContaining("null");
  }

  @Test
  void inJsonAKeyIsAValueAnArrayOrAnObject() {
    assertThat(users.fromJson(json("42"))).isEqualTo(RowKey.of("42"));
    assertThat(users.fromJson(json("\"42\""))).isEqualTo(RowKey.of("42"));
    assertThat(users.fromJson(json("[42]"))).isEqualTo(RowKey.of("42"));
    assertThat(sales.fromJson(json("[\"eu\", 17]"))).isEqualTo(RowKey.of("eu", "17"));
    assertThat(sales.fromJson(json("{\"id\": 17, \"region\": \"eu\"}")))
        .isEqualTo(RowKey.of("eu", "17"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "17",
        "[17]",
        "[1, 2, 3]",
        "{\"id\": 17}",
        "{\"id\": 17, \"region\": \"eu\", \"more\": 1}"
      })
  void refusesKeysInJsonThatAreNone(String text) {
    assertThatThrownBy(() -> sales.fromJson(json(text)))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void namesTheColumnsInJson() {
    assertThat(sales.toJson(RowKey.of("eu", "17"))).hasToString("{\"region\":\"eu\",\"id\":17}");
  }

  private static JsonNode json(String text) {
    try {
      return ApiJson.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
