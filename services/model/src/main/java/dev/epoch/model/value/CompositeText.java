package dev.epoch.model.value;

import java.util.ArrayList;
import java.util.List;

/** The text of composite values: {@code (1,"a b",)}; an empty field is NULL. */
public final class CompositeText {
  private CompositeText() {}

  /**
   * The fields' texts, null for NULL. Fails with {@link MalformedValueException} for what is not
   * the text of a composite.
   *
   * @param fields how many the type has; tells {@code ()} with no field from one with a NULL
   */
  public static List<String> parse(String text, int fields) {
    if (!text.startsWith("(") || !text.endsWith(")")) {
      throw MalformedValueException.form("a composite stands in parentheses");
    }
    List<String> values = new ArrayList<>(fields);
    if (fields == 0) {
      return values;
    }
    int position = 1;
    int end = text.length() - 1;
    while (true) {
      StringBuilder value = new StringBuilder();
      boolean quotes = false;
      boolean any = false;
      for (; position < end; position++) {
        char c = text.charAt(position);
        if (c == ',' && !quotes) {
          break;
        }
        any = true;
        if (c == '\\' && position + 1 < end) {
          value.append(text.charAt(++position));
        } else if (c == '"' && quotes && position + 1 < end && text.charAt(position + 1) == '"') {
          value.append('"');
          position++;
        } else if (c == '"') {
          quotes = !quotes;
        } else {
          value.append(c);
        }
      }
      values.add(any ? value.toString() : null);
      if (position >= end) {
        break;
      }
      position++;
    }
    if (values.size() != fields) {
      throw MalformedValueException.form("a composite of " + values.size() + " fields");
    }
    return values;
  }

  public static String print(List<String> values) {
    StringBuilder out = new StringBuilder("(");
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      String value = values.get(i);
      if (value == null) {
        continue;
      }
      if (needsQuotes(value)) {
        out.append('"').append(value.replace("\\", "\\\\").replace("\"", "\"\"")).append('"');
      } else {
        out.append(value);
      }
    }
    return out.append(')').toString();
  }

  private static boolean needsQuotes(String value) {
    if (value.isEmpty()) {
      return true;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ("\"\\(),".indexOf(c) >= 0 || c == ' ' || c >= '\t' && c <= '\r') {
        return true;
      }
    }
    return false;
  }
}
