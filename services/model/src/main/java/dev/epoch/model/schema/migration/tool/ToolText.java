package dev.epoch.model.schema.migration.tool;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SQL for files that Flyway and Liquibase run. Both replace {@code ${...}} wherever it stands, and
 * Liquibase takes lines that begin with its words for its own, also inside of texts. Such texts are
 * spelt with escapes, which mean the same to PostgreSQL.
 */
public final class ToolText {
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<escaped>[eE]'(?:[^'\\\\]|''|\\\\.)*')|(?<string>'(?:[^']|'')*')"
              + "|(?<dollar>\\$(?<tag>[\\p{L}_][\\p{L}\\p{N}_]*|)\\$(?<body>.*?)\\$\\k<tag>\\$)"
              + "|(?<quoted>\"(?:[^\"]|\"\")*\")|(?<name>[\\p{L}_][\\p{L}\\p{N}_$]*)|(?<rest>.)",
          Pattern.DOTALL);

  private static final String PLACEHOLDER = "${";

  /** The beginning of a line that Liquibase takes for its own. */
  private static final Pattern DIRECTIVE =
      Pattern.compile(
          "\n(?=[ \\t\\r\\f]*(?:--|/\\*)\\s*(?:liquibase|changeset|rollback|comment|precondition|property"
              + "|ignore|validCheckSum|end))",
          Pattern.CASE_INSENSITIVE);

  private ToolText() {}

  /** A statement, or several. */
  public static String of(String sql) {
    if (isSafe(sql)) {
      return sql;
    }
    StringBuilder text = new StringBuilder();
    Matcher token = TOKEN.matcher(sql);
    while (token.find()) {
      String found = token.group();
      if (isSafe(found)) {
        text.append(found);
      } else if (token.group("string") != null) {
        text.append(string(inside(found).replace("\\", "\\\\")));
      } else if (token.group("escaped") != null) {
        text.append(string(inside(found.substring(1))));
      } else if (token.group("dollar") != null) {
        text.append(string(token.group("body").replace("\\", "\\\\").replace("'", "''")));
      } else if (token.group("quoted") != null) {
        text.append(name(inside(found).replace("\\", "\\\\")));
      } else {
        text.append(found);
      }
    }
    return text.toString();
  }

  /** Of a line of a comment, which means nothing to a database. */
  public static String comment(String line) {
    return line.replace(PLACEHOLDER, "$ {");
  }

  private static boolean isSafe(String text) {
    return !text.contains(PLACEHOLDER) && !DIRECTIVE.matcher(text).find();
  }

  private static String string(String escaped) {
    return "E'"
        + DIRECTIVE.matcher(escaped.replace(PLACEHOLDER, "\\x24{")).replaceAll("\\\\n")
        + "'";
  }

  private static String name(String escaped) {
    return "U&\""
        + DIRECTIVE.matcher(escaped.replace(PLACEHOLDER, "\\0024{")).replaceAll("\\\\000a")
        + "\"";
  }

  private static String inside(String quoted) {
    return quoted.substring(1, quoted.length() - 1);
  }
}
