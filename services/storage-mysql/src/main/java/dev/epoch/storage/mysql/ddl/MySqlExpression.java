package dev.epoch.storage.mysql.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Expressions as PostgreSQL prints them, in the words of MySQL. */
final class MySqlExpression {
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
  private static final Pattern NAME = Pattern.compile("\"((?:[^\"]|\"\")+)\"");
  private static final Pattern CALL = Pattern.compile("(\\w+)\\s*\\(");

  /** Functions with the same meaning and name. */
  private static final Set<String> SAME =
      Set.of(
          "lower",
          "upper",
          "abs",
          "ceil",
          "floor",
          "round",
          "coalesce",
          "nullif",
          "greatest",
          "least",
          "concat",
          "replace",
          "trim",
          "mod",
          "power",
          "sqrt",
          "sign",
          "left",
          "right",
          "in",
          "and",
          "or",
          "not",
          "is",
          "between",
          "like",
          "regexp",
          "char_length",
          "current_timestamp",
          "when",
          "then",
          "else",
          "case");

  private MySqlExpression() {}

  /** Empty for what MySQL has no words for, or this knows none. */
  static Optional<String> of(String expression) {
    List<String> strings = new ArrayList<>();
    Matcher string = STRING.matcher(expression);
    StringBuilder held = new StringBuilder();
    while (string.find()) {
      if (string.start() > 0 && Character.isLetter(expression.charAt(string.start() - 1))) {
        return Optional.empty();
      }
      string.appendReplacement(held, "\u0001" + strings.size() + "\u0001");
      strings.add(string.group().replace("\\", "\\\\"));
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
        text.replace("!~~", "NOT LIKE")
            .replace("~~", "LIKE")
            .replace("!~*", "NOT REGEXP")
            .replace("!~", "NOT REGEXP")
            .replace("~*", "REGEXP")
            .replace("~", "REGEXP");
    text =
        text.replaceAll(
            "\\b(?:now|transaction_timestamp|statement_timestamp)\\(\\)", "CURRENT_TIMESTAMP(6)");
    text = text.replaceAll("\\bCURRENT_TIMESTAMP\\b(?!\\()", "CURRENT_TIMESTAMP(6)");
    text = text.replaceAll("\\blength\\(", "char_length(").replaceAll("\\bbtrim\\(", "trim(");
    text =
        NAME.matcher(text)
            .replaceAll(
                match -> Matcher.quoteReplacement(quoted(match.group(1).replace("\"\"", "\""))));
    if (text.matches("(?s).*(\\|\\||->|@>|<@|\\[|&&|\\bARRAY\\b|\\bANY\\b|::).*")) {
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

  static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }
}
