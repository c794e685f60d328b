package dev.epoch.model.schema.merge;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of columns in the texts of SQL that a database prints. Literals, names of functions and
 * types of casts are no columns.
 */
final class SqlNames {
  private static final Pattern TOKEN =
      Pattern.compile(
          "'(?:[^']|'')*'|\\$(\\w*)\\$.*?\\$\\1\\$|\"(?:[^\"]|\"\")*\"|[\\p{L}_][\\p{L}\\p{N}_$]*|::",
          Pattern.DOTALL);
  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_$]*");

  private SqlNames() {}

  /** A name and where it stands. */
  private record Found(String name, int start, int end) {}

  /** Whether a text may be about a column of this name. */
  static boolean mentions(String text, String column) {
    return text != null && names(text).contains(column);
  }

  static Set<String> names(String text) {
    Set<String> names = new HashSet<>();
    found(text).forEach(found -> names.add(found.name()));
    return names;
  }

  /** The text with other names of columns; null for null. */
  static String renamed(String text, Map<String, String> names) {
    if (text == null || names.isEmpty()) {
      return text;
    }
    StringBuilder renamed = new StringBuilder();
    int copied = 0;
    for (Found found : found(text)) {
      String name = names.get(found.name());
      if (name != null) {
        renamed.append(text, copied, found.start()).append(quoted(name));
        copied = found.end();
      }
    }
    return renamed.append(text, copied, text.length()).toString();
  }

  static String quoted(String name) {
    return PLAIN.matcher(name).matches() ? name : '"' + name.replace("\"", "\"\"") + '"';
  }

  private static List<Found> found(String text) {
    List<Found> found = new ArrayList<>();
    Matcher token = TOKEN.matcher(text);
    boolean ofCast = false;
    while (token.find()) {
      String word = token.group();
      char first = word.charAt(0);
      boolean name = first != '\'' && first != '$' && first != ':';
      if (name && !ofCast && !calls(text, token.end())) {
        found.add(new Found(unquoted(word), token.start(), token.end()));
      }
      ofCast = word.equals("::");
    }
    return found;
  }

  private static boolean calls(String text, int end) {
    return end < text.length() && text.charAt(end) == '(';
  }

  private static String unquoted(String word) {
    return word.charAt(0) == '"'
        ? word.substring(1, word.length() - 1).replace("\"\"", "\"")
        : word.toLowerCase(Locale.ROOT);
  }
}
