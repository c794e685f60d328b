package dev.epoch.storage.sqlite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.model.value.MalformedValueException;
import dev.epoch.model.value.Values;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.error.BadValueException;
import dev.epoch.storage.relational.JsonValues;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.Set;

/**
 * SQLite's values as JSON. A value of another storage class than its column's type means is {@code
 * {"$sqlite": "text", "value": ...}}, and is taken as such.
 */
final class SqliteValueCodec implements ValueCodec {
  private static final String CLASS = "$sqlite";
  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

  @Override
  public JsonNode toJson(DataType type, String text) {
    if (text == null) {
      return NullNode.instance;
    }
    Kind kind = type.base().kind();
    if (!text.isEmpty() && text.charAt(0) == SqliteValue.MARK || kind == Kind.OTHER) {
      return ofClass(SqliteValue.value(kind, text));
    }
    return switch (kind) {
      case BOOLEAN -> BooleanNode.valueOf(text.equals("true"));
      case INTEGER, DECIMAL -> JsonValues.number(text);
      case FLOAT ->
          Double.isFinite(Double.parseDouble(text))
              ? JsonValues.number(text)
              : TextNode.valueOf(text);
      case BYTES -> JsonValues.bytes(text);
      case TIMESTAMP -> TextNode.valueOf(JsonValues.iso(text));
      case JSON -> JsonValues.document(text);
      default -> TextNode.valueOf(text);
    };
  }

  private static JsonNode ofClass(Object value) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    switch (value) {
      case Long integer -> node.put(CLASS, "integer").put("value", integer);
      case Double real -> node.put(CLASS, "real").put("value", real);
      case byte[] bytes ->
          node.put(CLASS, "blob").put("value", Base64.getEncoder().encodeToString(bytes));
      default -> node.put(CLASS, "text").put("value", value.toString());
    }
    return node;
  }

  // ---- to text

  @Override
  public String toText(DataType type, JsonNode value) {
    if (value == null || value.isNull() || value.isMissingNode()) {
      return null;
    }
    Kind kind = type.base().kind();
    if (value.isObject() && value.has(CLASS) && value.has("value")) {
      return SqliteValue.text(kind, given(type, value));
    }
    try {
      return switch (kind) {
        case BOOLEAN -> bool(type, value);
        case INTEGER -> integer(type, value);
        case DECIMAL -> decimal(type, value);
        case FLOAT -> real(type, value);
        case TEXT -> SqliteValue.text(kind, JsonValues.string(type, value, "a text"));
        case BYTES -> JsonValues.hex(type, value);
        case TIMESTAMP ->
            exact(
                type,
                JsonValues.string(type, value, "a time like 2024-01-31 12:30:00")
                    .replace('T', ' '));
        case DATE, TIME, UUID -> exact(type, JsonValues.string(type, value, "a text"));
        case JSON -> JsonValues.json(value);
        case OTHER -> other(value);
        default -> throw JsonValues.expected(type, "a value of SQLite", value);
      };
    } catch (NumberFormatException | ArithmeticException | MalformedValueException e) {
      throw JsonValues.expected(type, "another value", value);
    } catch (IllegalArgumentException e) {
      throw JsonValues.expected(type, "bytes as base64", value);
    }
  }

  private static Object given(DataType type, JsonNode value) {
    JsonNode given = value.get("value");
    return switch (value.get(CLASS).asText()) {
      case "integer" -> given.longValue();
      case "real" -> given.doubleValue();
      case "blob" -> Base64.getDecoder().decode(given.asText());
      case "text" -> given.asText();
      default -> throw JsonValues.expected(type, "integer, real, text or blob as its class", value);
    };
  }

  private static String bool(DataType type, JsonNode value) {
    String text = value.asText();
    if (value.isBoolean() || value.isTextual() && Set.of("true", "false").contains(text)) {
      return text;
    }
    throw JsonValues.expected(type, "true or false", value);
  }

  private static String integer(DataType type, JsonNode value) {
    BigInteger number = JsonValues.exact(type, value, "a whole number").toBigIntegerExact();
    if (number.compareTo(LEAST) < 0 || number.compareTo(MOST) > 0) {
      throw new BadValueException(
          "%s takes whole numbers of 64 bits, and %s is none".formatted(type.name(), number), null);
    }
    return number.toString();
  }

  /** SQLite keeps integers of 64 bits, and of other numbers 15 digits. */
  private static String decimal(DataType type, JsonNode value) {
    BigDecimal number = JsonValues.exact(type, value, "a number");
    BigDecimal plain = number.stripTrailingZeros();
    if (plain.scale() <= 0
        && plain.toBigInteger().compareTo(LEAST) >= 0
        && plain.toBigInteger().compareTo(MOST) <= 0) {
      return plain.toBigInteger().toString();
    }
    if (plain.precision() > 15) {
      throw new BadValueException(
          "SQLite keeps 15 digits of a number, and %s has %d"
              .formatted(value.asText(), plain.precision()),
          "Keep it in a column of type TEXT");
    }
    return SqliteValue.text(Kind.DECIMAL, plain.doubleValue());
  }

  private static String real(DataType type, JsonNode value) {
    if (value.isTextual() && Set.of("Infinity", "-Infinity").contains(value.textValue())) {
      return value.textValue();
    }
    return Values.canonical(
        DataType.of(Kind.FLOAT, "REAL"),
        Double.toString(JsonValues.exact(type, value, "a number").doubleValue()));
  }

  /** A text that means what the type says. */
  private static String exact(DataType type, String text) {
    String kept = SqliteValue.text(type.base().kind(), text);
    if (!kept.equals(text)) {
      throw new BadValueException(
          "'%s' is no %s".formatted(text, type.name()),
          "Write it as ISO 8601 has it, or as {\"%s\": \"text\", \"value\": ...}".formatted(CLASS));
    }
    return text;
  }

  private static String other(JsonNode value) {
    return switch (value.getNodeType()) {
      case NUMBER ->
          value.isIntegralNumber() && value.canConvertToLong()
              ? SqliteValue.text(Kind.OTHER, value.longValue())
              : SqliteValue.text(Kind.OTHER, value.doubleValue());
      case BOOLEAN -> value.booleanValue() ? "1" : "0";
      default ->
          SqliteValue.text(Kind.OTHER, value.isTextual() ? value.textValue() : value.toString());
    };
  }
}
