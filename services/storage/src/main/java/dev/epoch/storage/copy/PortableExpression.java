package dev.epoch.storage.copy;

import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Expressions that mean the same in every SQL database: constants, comparisons of columns with
 * them, and what AND, OR, NOT, IN, BETWEEN and IS NULL make of these. All else is null here.
 */
final class PortableExpression {
  private static final Pattern CONSTANT =
      Pattern.compile(
          "\\(?(?<value>'(?:[^']|'')*'|-?\\d+(?:\\.\\d+)?|true|false|NULL|CURRENT_TIMESTAMP|CURRENT_DATE)\\)?(?:::[a-z ]+(?:\\(\\d+(?:,\\d+)?\\))?)?",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern CHECK =
      Pattern.compile("\\s*CHECK\\s*(?<condition>\\(.*\\))\\s*", Pattern.DOTALL);

  /** A text, a name in quotes, a number, a word, an operator, or a bracket. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<text>'(?:[^']|'')*')|(?<quoted>\"(?:[^\"]|\"\")*\")|(?<number>\\d+(?:\\.\\d+)?)|(?<word>[A-Za-z_]\\w*)|(?<sign><>|<=|>=|[<>=(),+*-]))\\s*");

  /** What PostgreSQL writes behind a text. */
  private static final Pattern CAST =
      Pattern.compile("('(?:[^']|'')*')::(?:text|character varying|bpchar)");

  private static final Set<String> WORDS =
      Set.of("and", "or", "not", "in", "is", "null", "between", "true", "false");

  private PortableExpression() {}

  /** A default that is a constant. */
  static String ofDefault(String expression) {
    Matcher constant = CONSTANT.matcher(expression.strip());
    return constant.matches() ? constant.group("value") : null;
  }

  /** A default of a table in a database of the same kind, but for numbers of its own sequence. */
  static String ofOwn(String expression) {
    return expression.toLowerCase(Locale.ROOT).contains("nextval(") ? null : "(" + expression + ")";
  }

  /** A check, as part of CREATE TABLE; names are quoted as the database has it. */
  static String ofCheck(
      String definition, Set<String> columns, boolean isSameKind, UnaryOperator<String> quote) {
    Matcher check = CHECK.matcher(definition);
    if (!check.matches()) {
      return null;
    }
    if (isSameKind) {
      return "CHECK " + check.group("condition");
    }
    String condition = CAST.matcher(check.group("condition")).replaceAll("$1");
    Matcher token = TOKEN.matcher(condition);
    StringBuilder text = new StringBuilder("CHECK ");
    int end = 0;
    while (end < condition.length()) {
      if (!token.region(end, condition.length()).lookingAt() || !isPortable(token, columns)) {
        return null;
      }
      String quoted = token.group("quoted");
      text.append(quoted == null ? token.group() : " " + quote.apply(unquoted(quoted)) + " ");
      end = token.end();
    }
    return text.toString();
  }

  private static String unquoted(String quoted) {
    return quoted.substring(1, quoted.length() - 1).replace("\"\"", "\"");
  }

  private static boolean isPortable(Matcher token, Set<String> columns) {
    if (token.group("quoted") != null) {
      String quoted = token.group("quoted");
      return columns.contains(unquoted(quoted));
    }
    String word = token.group("word");
    return word == null || columns.contains(word) || WORDS.contains(word.toLowerCase(Locale.ROOT));
  }
}
