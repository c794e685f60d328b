package dev.epoch.storage.relational;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.DataType;
import dev.epoch.model.value.JsonDocuments;
import dev.epoch.storage.error.BadValueException;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.HexFormat;

/** Texts of values as JSON, and back, as docs/values.md lists them: what databases have alike. */
public final class JsonValues {
  private static final HexFormat HEX = HexFormat.of();

  private JsonValues() {}

  public static JsonNode number(String text) {
    return DecimalNode.valueOf(new BigDecimal(text));
  }

  /**
   * @param hex digits
   */
  public static JsonNode bytes(String hex) {
    return TextNode.valueOf(Base64.getEncoder().encodeToString(HEX.parseHex(hex)));
  }

  /** A date with a time, of which texts have a space between. */
  public static String iso(String text) {
    return text.length() > 10 && text.charAt(10) == ' '
        ? text.substring(0, 10) + 'T' + text.substring(11)
        : text;
  }

  /** The document null is not the absence of a value; a text that is no document is a text. */
  public static JsonNode document(String text) {
    if (JsonDocuments.read(text).isEmpty()) {
      return TextNode.valueOf(text);
    }
    JsonNode document = JsonDocuments.parse(text);
    return document.isNull()
        ? JsonNodeFactory.instance.objectNode().set("$json", document)
        : document;
  }

  // ---- back; BadValueException says what the type takes

  /**
   * @throws NumberFormatException if the text is no number
   */
  public static BigDecimal exact(DataType type, JsonNode value, String form) {
    if (value.isNumber()) {
      return value.decimalValue();
    }
    if (value.isTextual()) {
      return new BigDecimal(value.textValue().strip());
    }
    throw expected(type, form, value);
  }

  public static String string(DataType type, JsonNode value, String form) {
    if (!value.isTextual()) {
      throw expected(type, form, value);
    }
    return value.textValue();
  }

  /**
   * Hexadecimal digits.
   *
   * @throws IllegalArgumentException if it is no base64
   */
  public static String hex(DataType type, JsonNode value) {
    return HEX.formatHex(Base64.getDecoder().decode(string(type, value, "bytes as base64")));
  }

  public static String json(JsonNode value) {
    JsonNode document =
        value.isObject() && value.size() == 1 && value.has("$json") ? value.get("$json") : value;
    return document.toString();
  }

  public static BadValueException expected(DataType type, String form, JsonNode value) {
    return new BadValueException(
        "Type %s takes %s, and not %s".formatted(type.name(), form, value), null);
  }
}
