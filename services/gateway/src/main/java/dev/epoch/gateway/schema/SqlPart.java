package dev.epoch.gateway.schema;

import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.stream.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Parts of SQL that users give: names, and expressions that must not end what they stand in. */
final class SqlPart {
  private SqlPart() {}

  static String name(String name) {
    if (name == null || name.isBlank() || name.indexOf('\0') >= 0) {
      throw refused("A name is missing");
    }
    return name.matches("[a-z_][a-z0-9_]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
  }

  static String names(List<String> names) {
    if (names == null || names.isEmpty()) {
      throw refused("Columns are missing");
    }
    return names.stream().map(SqlPart::name).collect(Collectors.joining(", "));
  }

  /**
   * An expression whose brackets and quotes are closed in itself, without comments and semicolons.
   */
  static String expression(String text) {
    if (text == null || text.isBlank()) {
      throw refused("An expression is missing");
    }
    int depth = 0;
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\'' || c == '"') {
        at = text.indexOf(c, at + 1);
        if (at < 0) {
          throw refused("A quote is not closed in: " + text);
        }
      } else if (c == '(' || c == '[') {
        depth++;
      } else if (c == ')' || c == ']') {
        depth--;
      } else if (c == ';'
          || c == '\0'
          || c == '$'
          || c == '\\'
          || text.startsWith("--", at)
          || text.startsWith("/*", at)) {
        throw refused("An expression has neither ; nor $, \\ or comments: " + text);
      }
      if (depth < 0) {
        throw refused("A bracket is closed that was not opened in: " + text);
      }
      at++;
    }
    if (depth != 0) {
      throw refused("A bracket is not closed in: " + text);
    }
    return text.strip();
  }

  static RefusedException refused(String message) {
    return new RefusedException(Code.VALIDATION, message, Map.of());
  }
}
