package dev.epoch.model.value;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The text of arrays: {@code {1,NULL,"a b"}}, {@code {{1,2},{3,4}}}, {@code [0:1]={1,2}} of one
 * whose first subscript is not 1.
 */
public final class ArrayText {
  private static final int MOST_DIMENSIONS = 6;

  /** An element, or a list of them. */
  public sealed interface Item {}

  /**
   * @param text null for SQL NULL
   */
  public record Leaf(String text) implements Item {}

  public record Items(List<Item> items) implements Item {
    /** Whether the elements are arrays themselves. */
    public boolean nested() {
      return !items.isEmpty() && items.getFirst() instanceof Items;
    }
  }

  /**
   * @param bounds {@code [0:1]} of an array whose subscripts do not start at 1, else empty
   */
  public record Parsed(String bounds, Items items) {}

  private final String text;
  private final char delimiter;
  private int position;

  private ArrayText(String text, char delimiter) {
    this.text = text;
    this.delimiter = delimiter;
  }

  /** Fails with {@link IllegalArgumentException} for what is not the text of an array. */
  public static Parsed parse(String text, char delimiter) {
    ArrayText parser = new ArrayText(text, delimiter);
    String bounds = parser.bounds();
    Items items = parser.items(1);
    parser.skipSpace();
    if (parser.position != text.length()) {
      throw parser.unexpected();
    }
    return new Parsed(bounds, items);
  }

  public static String print(Parsed array, char delimiter) {
    StringBuilder out = new StringBuilder(array.bounds());
    if (!array.bounds().isEmpty()) {
      out.append('=');
    }
    append(out, array.items(), delimiter);
    return out.toString();
  }

  /** The array with each element in its canonical text. */
  static String canonical(String text, CanonicalForm element) {
    Parsed array = parse(text, ',');
    return print(new Parsed(array.bounds(), map(array.items(), element::canonical)), ',');
  }

  /** The same shape with other elements. */
  static Items map(Items items, Function<String, String> leaves) {
    List<Item> mapped = new ArrayList<>(items.items().size());
    for (Item item : items.items()) {
      mapped.add(
          switch (item) {
            case Leaf leaf -> new Leaf(leaf.text() == null ? null : leaves.apply(leaf.text()));
            case Items inner -> map(inner, leaves);
          });
    }
    return new Items(mapped);
  }

  private static void append(StringBuilder out, Items items, char delimiter) {
    out.append('{');
    for (int i = 0; i < items.items().size(); i++) {
      if (i > 0) {
        out.append(delimiter);
      }
      switch (items.items().get(i)) {
        case Leaf leaf -> appendLeaf(out, leaf.text(), delimiter);
        case Items inner -> append(out, inner, delimiter);
      }
    }
    out.append('}');
  }

  private static void appendLeaf(StringBuilder out, String leaf, char delimiter) {
    if (leaf == null) {
      out.append("NULL");
    } else if (!needsQuotes(leaf, delimiter)) {
      out.append(leaf);
    } else {
      out.append('"').append(leaf.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
    }
  }

  private static boolean needsQuotes(String leaf, char delimiter) {
    if (leaf.isEmpty() || leaf.equalsIgnoreCase("NULL")) {
      return true;
    }
    for (int i = 0; i < leaf.length(); i++) {
      char c = leaf.charAt(i);
      if (c == '"' || c == '\\' || c == '{' || c == '}' || c == delimiter || isSpace(c)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }

  private String bounds() {
    skipSpace();
    if (position >= text.length() || text.charAt(position) != '[') {
      return "";
    }
    int equals = text.indexOf('=', position);
    String bounds = equals < 0 ? "" : text.substring(position, equals).trim();
    if (!bounds.matches("(\\[[+-]?\\d{1,10}(:[+-]?\\d{1,10})?])+")) {
      throw unexpected();
    }
    position = equals + 1;
    return bounds;
  }

  private Items items(int depth) {
    expect('{');
    if (depth > MOST_DIMENSIONS) {
      throw MalformedValueException.form("an array has at most 6 dimensions");
    }
    List<Item> items = new ArrayList<>();
    skipSpace();
    if (peek() == '}') {
      position++;
      return new Items(items);
    }
    while (true) {
      skipSpace();
      items.add(peek() == '{' ? items(depth + 1) : leaf());
      skipSpace();
      if (peek() == '}') {
        position++;
        return new Items(items);
      }
      expect(delimiter);
    }
  }

  private Leaf leaf() {
    if (peek() == '"') {
      return new Leaf(quoted());
    }
    StringBuilder leaf = new StringBuilder();
    int end = 0;
    while (peek() != delimiter && peek() != '}') {
      boolean escaped = peek() == '\\';
      if (escaped) {
        position++;
      } else if (peek() == '{' || peek() == '"') {
        throw unexpected();
      }
      leaf.append(peek());
      if (escaped || !isSpace(peek())) {
        end = leaf.length();
      }
      position++;
    }
    if (end == 0) {
      throw unexpected();
    }
    // only what SQL takes for space: others, like U+3000, are part of the value
    String value = leaf.substring(0, end);
    return new Leaf(value.equalsIgnoreCase("NULL") ? null : value);
  }

  private String quoted() {
    StringBuilder leaf = new StringBuilder();
    position++;
    while (peek() != '"') {
      if (peek() == '\\') {
        position++;
      }
      leaf.append(peek());
      position++;
    }
    position++;
    return leaf.toString();
  }

  private void expect(char c) {
    skipSpace();
    if (peek() != c) {
      throw unexpected();
    }
    position++;
  }

  private char peek() {
    if (position >= text.length()) {
      throw MalformedValueException.form("the array ends too early");
    }
    return text.charAt(position);
  }

  private void skipSpace() {
    while (position < text.length() && isSpace(text.charAt(position))) {
      position++;
    }
  }

  private IllegalArgumentException unexpected() {
    return MalformedValueException.form("unexpected character at place " + (position + 1));
  }
}
