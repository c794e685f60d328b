package dev.epoch.model.schema.snapshot;

/**
 * SQL with white space made alike: a run of it is one blank, outside of quotes and comments. Two
 * texts that differ in nothing else give the same; what is between dollar quotes counts as SQL.
 */
final class SqlWhiteSpace {
  private SqlWhiteSpace() {}

  static String alike(String sql) {
    StringBuilder alike = new StringBuilder(sql.length());
    int at = 0;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      int end;
      if (c == '\'' || c == '"') {
        end = quoteEnd(sql, at);
      } else if (sql.startsWith("--", at)) {
        end = sql.indexOf('\n', at);
        end = end < 0 ? sql.length() : end + 1;
      } else if (sql.startsWith("/*", at)) {
        end = sql.indexOf("*/", at);
        end = end < 0 ? sql.length() : end + 2;
      } else if (Character.isWhitespace(c)) {
        if (!alike.isEmpty() && !Character.isWhitespace(alike.charAt(alike.length() - 1))) {
          alike.append(' ');
        }
        at++;
        continue;
      } else {
        alike.append(c);
        at++;
        continue;
      }
      alike.append(sql, at, end);
      at = end;
    }
    return alike.toString().stripTrailing();
  }

  private static int quoteEnd(String sql, int open) {
    char quote = sql.charAt(open);
    boolean escapes = quote == '\'' && open > 0 && (sql.charAt(open - 1) | 0x20) == 'e';
    int at = open + 1;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (escapes && c == '\\') {
        at += 2;
      } else if (c == quote) {
        return at + 1;
      } else {
        at++;
      }
    }
    return sql.length();
  }
}
