package dev.epoch.storage.sqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Types and expressions as PostgreSQL prints them, in the words of SQLite. */
final class SqliteExpression {
  private static final Pattern CONSTANT =
      Pattern.compile(
          "(?i)[+-]?\\s*[0-9.]+(?:e[+-]?\\d+)?|0x[0-9a-f]+|'(?:[^']|'')*'|x'[0-9a-f]*'"
              + "|NULL|TRUE|FALSE");
  private static final Pattern CLOCK = Pattern.compile("(?i)CURRENT_(?:TIME|DATE|TIMESTAMP)");
  private static final Pattern STRING = Pattern.compile("'(?:[^']|'')*'");
  private static final Pattern HELD = Pattern.compile("\u0001(\\d+)\u0001");
  private static final Pattern CAST =
      Pattern.compile(
          "::(?:character varying|timestamp with(?:out)? time zone|time with(?:out)? time zone"
              + "|double precision|bit varying|(?:\"[^\"]+\"|\\w+)(?:\\.(?:\"[^\"]+\"|\\w+))?)"
              + "(?:\\(\\d+(?:,\\s*\\d+)?\\))?(?:\\[\\])*");
  private static final Pattern ANY =
      Pattern.compile(
          "= ANY (?:\\(ARRAY\\[([^\\[\\]]*)\\]\\)|\\(\\(ARRAY\\[([^\\[\\]]*)\\]\\)\\))");
  private static final Pattern CALL = Pattern.compile("(\\w+)\\s*\\(");
  private static final Pattern TYPE =
      Pattern.compile("([a-z ]+?)(?:\\((\\d+)(?:,\\s*(-?\\d+))?\\))?( with(?:out)? time zone)?");

  /** Functions and words with the same meaning and name. */
  private static final Set<String> SAME =
      Set.of(
          "lower",
          "upper",
          "abs",
          "round",
          "coalesce",
          "nullif",
          "replace",
          "trim",
          "length",
          "substr",
          "in",
          "and",
          "or",
          "not",
          "is",
          "between",
          "when",
          "then",
          "else",
          "case",
          "check",
          "exists");

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("smallint", "SMALLINT"),
          Map.entry("integer", "INTEGER"),
          Map.entry("bigint", "BIGINT"),
          Map.entry("real", "REAL"),
          Map.entry("double precision", "DOUBLE"),
          Map.entry("boolean", "BOOLEAN"),
          Map.entry("text", "TEXT"),
          Map.entry("character varying", "VARCHAR"),
          Map.entry("character", "CHAR"),
          Map.entry("bytea", "BLOB"),
          Map.entry("date", "DATE"),
          Map.entry("time", "TIME"),
          Map.entry("timestamp", "DATETIME"),
          Map.entry("json", "JSON"),
          Map.entry("jsonb", "JSON"),
          Map.entry("uuid", "UUID"));

  private SqliteExpression() {}

  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** Whether it is a literal: rows of a column that is added can have it. */
  static boolean isConstant(String expression) {
    return CONSTANT.matcher(expression.strip()).matches();
  }

  /** A default as a column's definition has it. */
  static String defaultValue(String expression) {
    String text = expression.strip();
    return isConstant(text) || CLOCK.matcher(text).matches() ? text : "(" + text + ")";
  }

  /** The type for values of PostgreSQL; text for what SQLite has no word for. */
  static String type(String printed) {
    Matcher parts = TYPE.matcher(printed);
    if (!parts.matches()) {
      return "TEXT";
    }
    String size = parts.group(2);
    String zone = parts.group(4);
    String name = parts.group(1);
    if (name.equals("numeric")) {
      String places = parts.group(3) == null ? "0" : parts.group(3);
      return size != null && Integer.parseInt(size) <= 15
          ? "DECIMAL(%s,%s)".formatted(size, places)
          : "TEXT";
    }
    if (zone != null && !zone.equals(" without time zone")) {
      return "TEXT";
    }
    String type = TYPES.getOrDefault(name, "TEXT");
    return size != null && name.startsWith("character") ? type + "(" + size + ")" : type;
  }

  /** Empty for what SQLite has no words for, or this knows none. */
  static Optional<String> of(String expression) {
    List<String> strings = new ArrayList<>();
    Matcher string = STRING.matcher(expression);
    StringBuilder held = new StringBuilder();
    while (string.find()) {
      if (string.start() > 0 && Character.isLetter(expression.charAt(string.start() - 1))) {
        return Optional.empty();
      }
      string.appendReplacement(held, "\u0001" + strings.size() + "\u0001");
      strings.add(string.group());
    }
    string.appendTail(held);
    String text = CAST.matcher(held).replaceAll("");
    text = text.replaceAll("\\(\\((\u0001\\d+\u0001|[\\w.]+)\\)\\)", "($1)");
    text =
        ANY.matcher(text)
            .replaceAll(match ->
                Matcher.quoteReplacement(
                    "IN (" + (match.group(1) == null ? match.group(2) : match.group(1)) + ")"));
    text =
        text.replaceAll(
            "\\b(?:now|transaction_timestamp|statement_timestamp)\\(\\)", "CURRENT_TIMESTAMP");
    text = text.replaceAll("\\bchar_length\\(", "length(").replaceAll("\\bbtrim\\(", "trim(");
    if (text.matches("(?s).*(~|->|@>|<@|\\[|&&|\\bARRAY\\b|\\bANY\\b|::|\\^).*")) {
      return Optional.empty();
    }
    Matcher call = CALL.matcher(text);
    while (call.find()) {
      if (!SAME.contains(call.group(1).toLowerCase(Locale.ROOT))) {
        return Optional.empty();
      }
    }
    return Optional.of(
        HELD.matcher(text)
            .replaceAll(
                match -> Matcher.quoteReplacement(strings.get(Integer.parseInt(match.group(1))))));
  }
}
