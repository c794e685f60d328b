package dev.epoch.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/**
 * Writes JSON as the database would print it, so that a merged value hashes like the one that is
 * read back later.
 *
 * <pre>
 *   JSON         keys as they come, no spaces
 *   JSON_BINARY  as PostgreSQL prints jsonb: {"b": 1, "aa": [true, null]}
 *                keys by length in bytes, then by bytes; numbers without exponent
 * </pre>
 */
final class JsonText {
  private static final int MAX_PLAIN_SCALE = 150_000;
  private static final Comparator<String> BINARY_KEY_ORDER =
      Comparator.comparing(
          key -> key.getBytes(StandardCharsets.UTF_8),
          Comparator.<byte[]>comparingInt(bytes -> bytes.length)
              .thenComparing(Arrays::compareUnsigned));

  private final boolean binary;
  private final StringBuilder text = new StringBuilder();

  private JsonText(boolean binary) {
    this.binary = binary;
  }

  /** The text of a value, null for an absent one. */
  static String write(JsonNode node, boolean binary) {
    if (node == null) {
      return null;
    }
    JsonText json = new JsonText(binary);
    json.value(node);
    return json.text.toString();
  }

  private void value(JsonNode node) {
    if (node.isObject()) {
      object(node);
    } else if (node.isArray()) {
      array(node);
    } else if (node.isTextual()) {
      string(node.textValue());
    } else if (node.isBigDecimal() && binary) {
      BigDecimal number = node.decimalValue();
      text.append(
          Math.abs((long) number.scale()) > MAX_PLAIN_SCALE
              ? number.toString()
              : number.toPlainString());
    } else {
      text.append(node.asText());
    }
  }

  private void object(JsonNode node) {
    List<String> keys = new ArrayList<>();
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      keys.add(names.next());
    }
    if (binary) {
      keys.sort(BINARY_KEY_ORDER);
    }
    text.append('{');
    String separator = "";
    for (String key : keys) {
      text.append(separator);
      string(key);
      text.append(binary ? ": " : ":");
      value(node.get(key));
      separator = binary ? ", " : ",";
    }
    text.append('}');
  }

  private void array(JsonNode node) {
    text.append('[');
    String separator = "";
    for (JsonNode element : node) {
      text.append(separator);
      value(element);
      separator = binary ? ", " : ",";
    }
    text.append(']');
  }

  private void string(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\b' -> text.append("\\b");
        case '\f' -> text.append("\\f");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (Character.isHighSurrogate(c)
              && i + 1 < value.length()
              && Character.isLowSurrogate(value.charAt(i + 1))) {
            text.append(c).append(value.charAt(++i));
          } else if (c < ' ' || Character.isSurrogate(c)) {
            text.append("\\u%04x".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
