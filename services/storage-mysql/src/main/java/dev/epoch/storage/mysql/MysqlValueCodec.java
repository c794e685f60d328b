package dev.epoch.storage.mysql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.DataType;
import dev.epoch.model.value.JsonDocuments;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.error.BadValueException;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Values of MySQL as JSON, in the forms that docs/values.md lists. */
final class MysqlValueCodec implements ValueCodec {
  private static final HexFormat HEX = HexFormat.of();
  private static final Pattern WHOLE = Pattern.compile("-?\\d+");
  private static final Pattern BITS = Pattern.compile("[01]*");

  @Override
  public JsonNode toJson(DataType type, String text) {
    if (text == null) {
      return NullNode.instance;
    }
    return switch (type.base().kind()) {
      case BOOLEAN ->
          WHOLE.matcher(text).matches() ? number(text) : BooleanNode.valueOf(text.equals("true"));
      case INTEGER, DECIMAL -> number(text);
      case FLOAT -> text.equals("-0") ? TextNode.valueOf(text) : number(text);
      case BYTES -> base64(text);
      case OTHER -> MysqlTypes.isOpaque(type) ? base64(text) : TextNode.valueOf(text);
      case TIMESTAMP -> TextNode.valueOf(iso(text));
      case TIMESTAMP_WITH_ZONE ->
          TextNode.valueOf(
              text.endsWith("+00") ? iso(text).replace("+00", "Z") : text);
      case JSON -> document(text);
      default -> TextNode.valueOf(text);
    };
  }

  private static JsonNode number(String text) {
    return DecimalNode.valueOf(new BigDecimal(text));
  }

  private static JsonNode base64(String hex) {
    return TextNode.valueOf(Base64.getEncoder().encodeToString(HEX.parseHex(hex)));
  }

  private static String iso(String text) {
    return text.length() > 10 && text.charAt(10) == ' '
        ? text.substring(0, 10) + 'T' + text.substring(11)
        : text;
  }

  /** The document null is not the absence of a value. */
  private static JsonNode document(String text) {
    JsonNode document = JsonDocuments.read(text).isPresent() ? JsonDocuments.parse(text) : null;
    if (document == null) {
      return TextNode.valueOf(text);
    }
    return document.isNull()
        ? JsonNodeFactory.instance.objectNode().set("$json", document)
        : document;
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
        case INTEGER -> exact(type, value).toBigIntegerExact().toString();
        case DECIMAL -> exact(type, value).toPlainString();
        case FLOAT -> real(type, value);
        case BYTES -> hex(type, value);
        case OTHER ->
            MysqlTypes.isOpaque(type) ? hex(type, value) : string(type, value, "a text");
        case BITS -> bits(type, value);
        case TIMESTAMP ->
            spaced(string(type, value, "a time like 2024-01-31T12:30:00"));
        case TIMESTAMP_WITH_ZONE ->
            zoned(string(type, value, "a time like 2024-01-31T12:30:00Z"));
        case JSON -> json(value);
        default -> string(type, value, "a text");
      };
    } catch (NumberFormatException | ArithmeticException e) {
      throw expected(type, "another number", value);
    } catch (IllegalArgumentException e) {
      throw expected(type, "bytes as base64", value);
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
    return switch (exact(type, value).toBigIntegerExact().toString()) {
      case "0" -> "false";
      case "1" -> "true";
      case String other -> other;
    };
  }

  private static BigDecimal exact(DataType type, JsonNode value) {
    if (value.isNumber()) {
      return value.decimalValue();
    }
    if (value.isTextual()) {
      return new BigDecimal(value.textValue().strip());
    }
    throw expected(type, "a number", value);
  }

  private static String real(DataType type, JsonNode value) {
    if (value.isTextual() && value.textValue().equals("-0")) {
      return "-0";
    }
    double number = exact(type, value).doubleValue();
    return MysqlColumnCodec.real(type, Double.toString(number));
  }

  private static String hex(DataType type, JsonNode value) {
    return HEX.formatHex(Base64.getDecoder().decode(string(type, value, "bytes as base64")));
  }

  private static String bits(DataType type, JsonNode value) {
    String text = string(type, value, "digits 0 and 1");
    if (!BITS.matcher(text).matches()) {
      throw expected(type, "digits 0 and 1", value);
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

  private static String string(DataType type, JsonNode value, String form) {
    if (!value.isTextual()) {
      throw expected(type, form, value);
    }
    return value.textValue();
  }

  private static String json(JsonNode value) {
    JsonNode document =
        value.isObject() && value.size() == 1 && value.has("$json") ? value.get("$json") : value;
    return document.toString();
  }

  private static BadValueException expected(DataType type, String form, JsonNode value) {
    return new BadValueException(
        "Type %s takes %s, and not %s".formatted(type.name(), form, value), null);
  }
}
