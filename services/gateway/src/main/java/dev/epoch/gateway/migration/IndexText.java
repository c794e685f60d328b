package dev.epoch.gateway.migration;

import dev.epoch.events.table.Index;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.IndexDefinition.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An index as its database prints it, taken apart: with {@code USING} and a method, or without. */
final class IndexText {
  private static final Pattern METHOD = Pattern.compile(" USING (\\w+) \\(");
  private static final Pattern PLAIN =
      Pattern.compile("^CREATE (?:UNIQUE )?INDEX \"(?:[^\"]|\"\")*\" ON \"(?:[^\"]|\"\")*\" \\(");
  private static final Pattern ORDER =
      Pattern.compile("^(.*?)(?: (ASC|DESC))?(?: NULLS (FIRST|LAST))?$", Pattern.DOTALL);
  private static final Pattern OPTION = Pattern.compile("([\\w.]+)='?([^',]*)'?");

  private IndexText() {}

  static IndexDefinition parse(Index index) {
    String text = index.definition();
    Matcher plain = PLAIN.matcher(text);
    Matcher method = plain.find() ? plain : METHOD.matcher(text);
    if (method != plain && !method.find()) {
      throw new IllegalArgumentException("not an index: " + text);
    }
    int open = method.end() - 1;
    int end = closing(text, open);
    List<Key> keys = new ArrayList<>();
    parts(text.substring(open + 1, end)).forEach(part -> keys.add(key(part)));
    String rest = text.substring(end + 1);
    int where = rest.indexOf(" WHERE ");
    String before = where < 0 ? rest : rest.substring(0, where);
    List<String> included = new ArrayList<>();
    int include = before.indexOf(" INCLUDE (");
    if (include >= 0) {
      int from = include + " INCLUDE (".length();
      parts(before.substring(from, closing(before, from - 1)))
          .forEach(name -> included.add(unquoted(name)));
    }
    Map<String, String> options = new TreeMap<>();
    int with = before.indexOf(" WITH (");
    if (with >= 0) {
      Matcher option = OPTION.matcher(before.substring(with + " WITH (".length()));
      while (option.find()) {
        options.put(option.group(1), option.group(2).replace(")", ""));
      }
    }
    return new IndexDefinition(
        index.name(),
        method == plain ? "btree" : method.group(1),
        index.unique(),
        before.contains(" NULLS NOT DISTINCT"),
        keys,
        included,
        where < 0 ? null : rest.substring(where + " WHERE ".length()),
        options,
        null);
  }

  /** What follows a column or an expression is its collation and operator class. */
  private static Key key(String part) {
    Matcher order = ORDER.matcher(part);
    if (!order.matches()) {
      throw new IllegalArgumentException("not a key: " + part);
    }
    String what = order.group(1);
    int end = expressionEnd(what);
    String expression = what.substring(0, end);
    String rest = what.substring(end).strip();
    String collation = null;
    if (rest.startsWith("COLLATE ")) {
      String[] words = rest.substring("COLLATE ".length()).split(" ", 2);
      collation = words[0];
      rest = words.length > 1 ? words[1] : "";
    }
    String direction = order.group(2) == null ? "ASC" : order.group(2);
    String nulls = order.group(3);
    return new Key(
        expression,
        rest.isEmpty() ? null : rest,
        collation,
        direction,
        nulls == null ? (direction.equals("DESC") ? "FIRST" : "LAST") : nulls);
  }

  private static int expressionEnd(String text) {
    int i = 0;
    while (i < text.length() && text.charAt(i) != ' ') {
      char c = text.charAt(i);
      if (c == '"') {
        i = text.indexOf('"', i + 1) + 1;
      } else if (c == '(') {
        i = closing(text, i) + 1;
      } else {
        i++;
      }
    }
    return i;
  }

  private static List<String> parts(String text) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '(') {
        i = closing(text, i);
      } else if (c == '"' || c == '\'') {
        i = text.indexOf(c, i + 1);
      } else if (c == ',') {
        parts.add(text.substring(start, i).strip());
        start = i + 1;
      }
    }
    parts.add(text.substring(start).strip());
    return parts;
  }

  /** Place of the parenthesis that closes the one at {@code open}. */
  private static int closing(String text, int open) {
    int depth = 0;
    for (int i = open; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\'') {
        i = text.indexOf(c, i + 1);
      } else if (c == '(') {
        depth++;
      } else if (c == ')' && --depth == 0) {
        return i;
      }
    }
    throw new IllegalArgumentException("parentheses that do not close: " + text);
  }

  private static String unquoted(String name) {
    return name.startsWith("\"")
        ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
        : name;
  }
}
