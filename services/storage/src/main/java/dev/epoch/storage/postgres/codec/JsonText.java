package dev.epoch.storage.postgres.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.epoch.events.table.DataType;
import dev.epoch.storage.StorageException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Documents of the types {@code json} and {@code jsonb}.
 *
 * <p>{@code jsonb} is printed as PostgreSQL prints it: shorter keys first, a space behind colons
 * and commas, numbers without exponent. {@code json} keeps its text in the database; written back
 * it is compact.
 */
final class JsonText {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(Integer.MAX_VALUE)
                          .maxNumberLength(Integer.MAX_VALUE)
                          .maxStringLength(Integer.MAX_VALUE)
                          .maxNameLength(Integer.MAX_VALUE)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
          .build();

  private static final Comparator<byte[]> KEY_ORDER =
      Comparator.<byte[]>comparingInt(key -> key.length).thenComparing(Arrays::compareUnsigned);

  private JsonText() {}

  static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new StorageException(
          "The database holds JSON that cannot be read: " + e.getOriginalMessage(), null);
    }
  }

  static String compact(DataType type, JsonNode value) {
    return new Printer(type, false).print(value);
  }

  static String binary(DataType type, JsonNode value) {
    return new Printer(type, true).print(value);
  }

  /** An object or array that has begun. */
  private static final class Container {
    private final Iterator<?> parts;
    private final char end;
    private boolean begun;

    Container(Iterator<?> parts, char end) {
      this.parts = parts;
      this.end = end;
    }

    Iterator<?> parts() {
      return parts;
    }

    char end() {
      return end;
    }

    /** Nothing before the first part. */
    String separator(String between) {
      String separator = begun ? between : "";
      begun = true;
      return separator;
    }
  }

  private static final class Printer {
    private final DataType type;
    private final boolean binary;
    private final StringBuilder out = new StringBuilder();

    Printer(DataType type, boolean binary) {
      this.type = type;
      this.binary = binary;
    }

    String print(JsonNode value) {
      append(value);
      return out.toString();
    }

    /** Without a stack as deep as the document. */
    private void append(JsonNode root) {
      Deque<Container> open = new ArrayDeque<>();
      begin(root, open);
      while (!open.isEmpty()) {
        Container container = open.peek();
        if (!container.parts().hasNext()) {
          out.append(container.end());
          open.pop();
          continue;
        }
        out.append(container.separator(comma()));
        switch (container.parts().next()) {
          case Map.Entry<?, ?> field -> {
            appendString((String) field.getKey());
            out.append(binary ? ": " : ":");
            begin((JsonNode) field.getValue(), open);
          }
          case Object element -> begin((JsonNode) element, open);
        }
      }
    }

    /** A value, or the beginning of one that has parts. */
    private void begin(JsonNode value, Deque<Container> open) {
      switch (value.getNodeType()) {
        case OBJECT -> {
          out.append('{');
          open.push(new Container(fields(value).iterator(), '}'));
        }
        case ARRAY -> {
          out.append('[');
          open.push(new Container(value.elements(), ']'));
        }
        case STRING -> appendString(value.textValue());
        case NUMBER -> appendNumber(value);
        case BOOLEAN -> out.append(value.booleanValue());
        case NULL, MISSING -> out.append("null");
        case BINARY, POJO -> throw BadValues.expected(type, "JSON", value);
      }
    }

    private List<Map.Entry<String, JsonNode>> fields(JsonNode object) {
      List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(object.properties());
      if (binary) {
        fields.sort(
            Comparator.comparing(
                field -> field.getKey().getBytes(StandardCharsets.UTF_8), KEY_ORDER));
      }
      return fields;
    }

    private String comma() {
      return binary ? ", " : ",";
    }

    private void appendNumber(JsonNode number) {
      if (number.isIntegralNumber()) {
        out.append(number.bigIntegerValue());
        return;
      }
      if (number.isFloat() || number.isDouble()) {
        if (!Double.isFinite(number.doubleValue())) {
          throw BadValues.expected(type, "JSON, which has no infinite numbers", number);
        }
      }
      BigDecimal decimal = number.decimalValue();
      if (binary) {
        NumberText.requirePrintable(type, decimal);
        out.append(decimal.toPlainString());
      } else {
        out.append(decimal);
      }
    }

    private void appendString(String text) {
      out.append('"');
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        switch (c) {
          case '"' -> out.append("\\\"");
          case '\\' -> out.append("\\\\");
          case '\b' -> out.append("\\b");
          case '\f' -> out.append("\\f");
          case '\n' -> out.append("\\n");
          case '\r' -> out.append("\\r");
          case '\t' -> out.append("\\t");
          default -> i += appendCharacter(text, i, c);
        }
      }
      out.append('"');
    }

    /** Answers how many more characters of the text were taken. */
    private int appendCharacter(String text, int index, char c) {
      if (c == 0 && binary) {
        throw BadValues.refused(type, "a string holds a zero character");
      }
      if (Character.isHighSurrogate(c)
          && index + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(index + 1))) {
        out.append(c).append(text.charAt(index + 1));
        return 1;
      }
      if (Character.isSurrogate(c) && binary) {
        throw BadValues.refused(type, "a string holds half of a character");
      }
      if (c < ' ' || Character.isSurrogate(c)) {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
      return 0;
    }
  }
}
