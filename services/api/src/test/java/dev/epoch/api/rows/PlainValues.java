package dev.epoch.api.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.api.json.ApiJson;
import dev.epoch.events.table.DataType;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.error.BadValueException;
import java.math.BigDecimal;
import java.math.BigInteger;

/** The values of a database that knows texts, numbers and JSON. */
public final class PlainValues implements ValueCodec {
  @Override
  public JsonNode toJson(DataType type, String text) {
    if (text == null) {
      return NullNode.instance;
    }
    return switch (type.kind()) {
      case INTEGER -> ApiJson.mapper().getNodeFactory().numberNode(new BigInteger(text));
      case DECIMAL -> ApiJson.mapper().getNodeFactory().numberNode(new BigDecimal(text));
      case JSON -> parse(text);
      default -> TextNode.valueOf(text);
    };
  }

  @Override
  public String toText(DataType type, JsonNode value) {
    if (value.isNull()) {
      return null;
    }
    return switch (type.kind()) {
      case INTEGER -> {
        try {
          yield new BigInteger(value.asText()).toString();
        } catch (NumberFormatException notANumber) {
          throw new BadValueException("expected an integer, not " + value, null);
        }
      }
      case DECIMAL -> new BigDecimal(value.asText()).toPlainString();
      case JSON -> ApiJson.text(value);
      default -> value.asText();
    };
  }

  private static JsonNode parse(String text) {
    try {
      return ApiJson.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
