package dev.epoch.model.value;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes JSON documents of any depth, in a style. */
public final class JsonText {
  /** What texts of one document differ in. Strings are escaped where JSON needs it, no more. */
  public interface Style {
    /** No spaces, keys as they come, numbers with the digits that they came with. */
    Style COMPACT = new Style() {};

    default String comma() {
      return ",";
    }

    default String colon() {
      return ":";
    }

    /** Null for keys as they come. */
    default Comparator<String> keyOrder() {
      return null;
    }

    default String number(JsonNode number) {
      return number.isIntegralNumber()
          ? number.bigIntegerValue().toString()
          : number.decimalValue().toString();
    }

    /** Fails for a string, of a key too, that whoever reads the text does not take. */
    default void check(String text) {}
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
  }

  private final Style style;
  private final StringBuilder out = new StringBuilder();

  private JsonText(Style style) {
    this.style = style;
  }

  /** The compact text of a value, null for an absent one. */
  public static String compact(JsonNode node) {
    return write(node, Style.COMPACT);
  }

  /**
   * The text of a value, null for an absent one. Fails with {@link MalformedValueException} for
   * what JSON does not have: infinite numbers, binary values.
   */
  public static String write(JsonNode node, Style style) {
    if (node == null) {
      return null;
    }
    JsonText text = new JsonText(style);
    text.append(node);
    return text.out.toString();
  }

  /** Without a stack as deep as the document. */
  private void append(JsonNode root) {
    Deque<Container> open = new ArrayDeque<>();
    begin(root, open);
    while (!open.isEmpty()) {
      Container container = open.peek();
      if (!container.parts.hasNext()) {
        out.append(container.end);
        open.pop();
        continue;
      }
      if (container.begun) {
        out.append(style.comma());
      }
      container.begun = true;
      switch (container.parts.next()) {
        case Map.Entry<?, ?> field -> {
          string((String) field.getKey());
          out.append(style.colon());
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
      case STRING -> string(value.textValue());
      case NUMBER -> out.append(number(value));
      case BOOLEAN -> out.append(value.booleanValue());
      case NULL, MISSING -> out.append("null");
      case BINARY, POJO -> throw MalformedValueException.form("JSON has no binary values");
    }
  }

  private String number(JsonNode number) {
    if ((number.isFloat() || number.isDouble()) && !Double.isFinite(number.doubleValue())) {
      throw MalformedValueException.form("JSON has no infinite numbers");
    }
    return style.number(number);
  }

  private List<Map.Entry<String, JsonNode>> fields(JsonNode object) {
    List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(object.properties());
    if (style.keyOrder() != null) {
      fields.sort(Map.Entry.comparingByKey(style.keyOrder()));
    }
    return fields;
  }

  private void string(String text) {
    style.check(text);
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
        default -> {
          if (Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1))) {
            out.append(c).append(text.charAt(++i));
          } else if (c < ' ' || Character.isSurrogate(c)) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
