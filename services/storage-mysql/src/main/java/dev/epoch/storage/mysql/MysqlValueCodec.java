package dev.epoch.storage.mysql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.DataType;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.relational.JsonValues;
import java.util.regex.Pattern;

/** Values of MySQL as JSON, in the forms that docs/values.md lists. */
final class MysqlValueCodec implements ValueCodec {
  private static final Pattern WHOLE = Pattern.compile("-?\\d+");
  private static final Pattern BITS = Pattern.compile("[01]*");

  @Override
  public JsonNode toJson(DataType type, String text) {
    if (text == null) {
      return NullNode.instance;
    }
    return switch (type.base().kind()) {
      case BOOLEAN ->
          WHOLE.matcher(text).matches()
              ? JsonValues.number(text)
              : BooleanNode.valueOf(text.equals("true"));
      case INTEGER, DECIMAL -> JsonValues.number(text);
      case FLOAT -> text.equals("-0") ? TextNode.valueOf(text) : JsonValues.number(text);
      case BYTES -> JsonValues.bytes(text);
      case OTHER -> MysqlTypes.isOpaque(type) ? JsonValues.bytes(text) : TextNode.valueOf(text);
      case TIMESTAMP -> TextNode.valueOf(JsonValues.iso(text));
      case TIMESTAMP_WITH_ZONE ->
          TextNode.valueOf(text.endsWith("+00") ? JsonValues.iso(text).replace("+00", "Z") : text);
      case JSON -> JsonValues.document(text);
      default -> TextNode.valueOf(text);
    };
  }

  // ---- to text

  @Override
  public String toText(DataType type, JsonNode value) {
    if (value == null || value.isNull() || value.isMissingNode()) {
      return null;
    }
    try {
      return switch (type.base().kind()) {
        case BOOLEAN -> bool(type, value);
        case INTEGER -> JsonValues.exact(type, value, "a number").toBigIntegerExact().toString();
        case DECIMAL -> JsonValues.exact(type, value, "a number").toPlainString();
        case FLOAT -> real(type, value);
        case BYTES -> JsonValues.hex(type, value);
        case OTHER ->
            MysqlTypes.isOpaque(type)
                ? JsonValues.hex(type, value)
                : JsonValues.string(type, value, "a text");
        case BITS -> bits(type, value);
        case TIMESTAMP -> spaced(JsonValues.string(type, value, "a time like 2024-01-31T12:30:00"));
        case TIMESTAMP_WITH_ZONE ->
            zoned(JsonValues.string(type, value, "a time like 2024-01-31T12:30:00Z"));
        case JSON -> JsonValues.json(value);
        default -> JsonValues.string(type, value, "a text");
      };
    } catch (NumberFormatException | ArithmeticException e) {
      throw JsonValues.expected(type, "another number", value);
    } catch (IllegalArgumentException e) {
      throw JsonValues.expected(type, "bytes as base64", value);
    }
  }

  private static String bool(DataType type, JsonNode value) {
    if (value.isBoolean()) {
      return value.asText();
    }
    String text = value.asText();
    if (text.equals("true") || text.equals("false")) {
      return text;
    }
    return switch (JsonValues.exact(type, value, "a number").toBigIntegerExact().toString()) {
      case "0" -> "false";
      case "1" -> "true";
      case String other -> other;
    };
  }

  private static String real(DataType type, JsonNode value) {
    if (value.isTextual() && value.textValue().equals("-0")) {
      return "-0";
    }
    double number = JsonValues.exact(type, value, "a number").doubleValue();
    return MysqlColumnCodec.real(type, Double.toString(number));
  }

  private static String bits(DataType type, JsonNode value) {
    String text = JsonValues.string(type, value, "digits 0 and 1");
    if (!BITS.matcher(text).matches()) {
      throw JsonValues.expected(type, "digits 0 and 1", value);
    }
    return text;
  }

  private static String spaced(String text) {
    return text.replace('T', ' ');
  }

  private static String zoned(String text) {
    String spaced = spaced(text);
    return spaced.endsWith("Z") ? spaced.substring(0, spaced.length() - 1) + "+00" : spaced;
  }
}
