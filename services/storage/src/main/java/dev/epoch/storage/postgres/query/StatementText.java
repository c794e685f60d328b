package dev.epoch.storage.postgres.query;

import dev.epoch.storage.QueryRefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * The text of one reading statement, taken apart as far as needed to put it into parentheses: where
 * its parameters are, which names it writes, where it ends.
 *
 * <p>This is the first gate, for clear messages. What the statement really does is read from
 * PostgreSQL's own analysis, see {@link StatementAnalysis}.
 */
final class StatementText {
  private static final Set<String> READING = Set.of("select", "with", "values", "table");
  private static final int LONGEST = 1_000_000;

  /** A place in the text where a parameter stands. */
  private record Parameter(int start, int end, int number) {}

  private final String text;
  private final List<Parameter> parameters = new ArrayList<>();
  private final Set<String> names = new TreeSet<>();
  private int position;
  private int depth;
  private int end = -1;
  private String firstWord;
  private boolean escapedNames;
  private int selects;

  private StatementText(String text) {
    this.text = text;
  }

  /** Fails with {@link QueryRefusedException} for what is not one SELECT, WITH, VALUES or TABLE. */
  static StatementText parse(String sql) {
    if (sql == null || sql.isBlank()) {
      throw refused("The statement is empty");
    }
    if (sql.length() > LONGEST) {
      throw refused("The statement is longer than " + LONGEST + " characters");
    }
    if (sql.indexOf('\0') >= 0) {
      throw refused("The statement holds a zero character");
    }
    StatementText statement = new StatementText(sql);
    statement.scan();
    return statement;
  }

  /** The greatest n of its {@code $n}, 0 without parameters. */
  int parameterCount() {
    return parameters.stream().mapToInt(Parameter::number).max().orElse(0);
  }

  /** Whether the statement may name a relation of this name. */
  boolean mentions(String name) {
    return escapedNames || names.contains(name);
  }

  /** Whether a SELECT may stand inside of another. */
  boolean hasSubqueries() {
    return selects > 1;
  }

  /** The statement without what stands behind it. */
  String sql() {
    return text.substring(0, end);
  }

  /** The statement with an expression in the place of each parameter. */
  String sql(IntFunction<String> expressions) {
    StringBuilder sql = new StringBuilder();
    int from = 0;
    for (Parameter parameter : parameters) {
      sql.append(text, from, parameter.start()).append(expressions.apply(parameter.number()));
      from = parameter.end();
    }
    return sql.append(text, from, end).toString();
  }

  private void scan() {
    while (position < text.length()) {
      char c = text.charAt(position);
      if (isSpace(c)) {
        position++;
      } else if (text.startsWith("--", position)) {
        skipLineComment();
      } else if (text.startsWith("/*", position)) {
        skipBlockComment();
      } else {
        token(c);
      }
    }
    if (depth != 0) {
      throw refused("A parenthesis is not closed");
    }
    if (firstWord == null) {
      throw refused("The statement is empty");
    }
    if (end < 0) {
      end = text.length();
    }
  }

  private void token(char c) {
    if (c == ';') {
      if (depth != 0) {
        throw refused("A parenthesis is not closed");
      }
      end = end < 0 ? position : end;
      position++;
      return;
    }
    if (end >= 0) {
      throw refused("Only one statement can be run");
    }
    if (isNameStart(c)) {
      word();
      return;
    }
    if (firstWord == null && c != '(') {
      throw refused("The statement must start with SELECT, WITH, VALUES or TABLE");
    }
    switch (c) {
      case '\'' -> string(false);
      case '"' -> names.add(quotedName());
      case '$' -> dollar();
      case '(' -> {
        depth++;
        position++;
      }
      case ')' -> {
        depth--;
        position++;
        if (depth < 0) {
          throw refused("A parenthesis is closed that was not opened");
        }
      }
      default -> {
        if (Character.isDigit(c)) {
          number();
        } else {
          position++;
        }
      }
    }
  }

  private void word() {
    int start = position;
    while (position < text.length() && isNamePart(text.charAt(position))) {
      position++;
    }
    String word = text.substring(start, position);
    char next = position < text.length() ? text.charAt(position) : ' ';
    if (firstWord == null) {
      firstWord = word.toLowerCase(Locale.ROOT);
      if (!READING.contains(firstWord)) {
        throw new QueryRefusedException(
            "Only reading statements can be run, not " + word.toUpperCase(Locale.ROOT),
            "Start with SELECT, WITH, VALUES or TABLE");
      }
    }
    if (next == '\'' && word.equalsIgnoreCase("e")) {
      string(true);
    } else if (next == '&' && word.equalsIgnoreCase("u") && text.startsWith("&\"", position)) {
      position++;
      quotedName();
      escapedNames = true;
    } else {
      String folded = foldCase(word);
      names.add(folded);
      if (folded.equals("select")) {
        selects++;
      }
    }
  }

  /** As PostgreSQL folds names in UTF-8: ASCII letters only. */
  private static String foldCase(String word) {
    StringBuilder folded = new StringBuilder(word);
    for (int i = 0; i < folded.length(); i++) {
      char c = folded.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        folded.setCharAt(i, (char) (c + ('a' - 'A')));
      }
    }
    return folded.toString();
  }

  /** Numbers swallow what looks like part of them, so that {@code 1$2} is no parameter. */
  private void number() {
    while (position < text.length()
        && (isNamePart(text.charAt(position)) || text.charAt(position) == '.')) {
      position++;
    }
  }

  /** A string, with those that continue it on later lines. */
  private void string(boolean escapes) {
    do {
      position++;
      while (true) {
        if (position >= text.length()) {
          throw refused("A string is not closed");
        }
        char c = text.charAt(position);
        if (c == '\\' && escapes) {
          position += 2;
        } else if (c == '\'' && text.startsWith("''", position)) {
          position += 2;
        } else if (c == '\'') {
          position++;
          break;
        } else {
          position++;
        }
      }
    } while (continued());
  }

  /** What PostgreSQL takes for space; other spaces of Unicode are parts of names. */
  private static boolean isSpace(char c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }

  /** Moves to the next part of a string, if a line break and then a quote follow. */
  private boolean continued() {
    int start = position;
    boolean newLine = false;
    while (position < text.length()) {
      char c = text.charAt(position);
      if (isSpace(c)) {
        newLine |= c == '\n' || c == '\r';
        position++;
      } else if (text.startsWith("--", position)) {
        skipLineComment();
      } else if (c == '\'' && newLine) {
        return true;
      } else {
        break;
      }
    }
    position = start;
    return false;
  }

  private String quotedName() {
    StringBuilder name = new StringBuilder();
    position++;
    while (true) {
      if (position >= text.length()) {
        throw refused("A quoted name is not closed");
      }
      char c = text.charAt(position);
      if (c == '"' && text.startsWith("\"\"", position)) {
        name.append('"');
        position += 2;
      } else if (c == '"') {
        position++;
        return name.toString();
      } else {
        name.append(c);
        position++;
      }
    }
  }

  /** {@code $1}, or {@code $tag$ ... $tag$}. */
  private void dollar() {
    int start = position++;
    int digits = position;
    while (position < text.length() && isDigit(text.charAt(position))) {
      position++;
    }
    if (position > digits) {
      if (position - digits > 5) {
        throw refused("There is no parameter " + text.substring(start, position));
      }
      int number = Integer.parseInt(text.substring(digits, position));
      if (number == 0) {
        throw refused("Parameters count from $1");
      }
      parameters.add(new Parameter(start, position, number));
      return;
    }
    while (position < text.length()
        && isNamePart(text.charAt(position))
        && text.charAt(position) != '$') {
      position++;
    }
    if (position < text.length() && text.charAt(position) == '$') {
      String tag = text.substring(start, position + 1);
      int close = text.indexOf(tag, position + 1);
      if (close < 0) {
        throw refused("A dollar-quoted string is not closed");
      }
      position = close + tag.length();
    } else {
      throw refused("A lone $ is no SQL");
    }
  }

  private void skipLineComment() {
    while (position < text.length()
        && text.charAt(position) != '\n'
        && text.charAt(position) != '\r') {
      position++;
    }
  }

  private void skipBlockComment() {
    int nesting = 0;
    do {
      if (text.startsWith("/*", position)) {
        nesting++;
        position += 2;
      } else if (text.startsWith("*/", position)) {
        nesting--;
        position += 2;
      } else {
        position++;
      }
      if (position > text.length() || position == text.length() && nesting > 0) {
        throw refused("A comment is not closed");
      }
    } while (nesting > 0);
  }

  private static boolean isNameStart(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 128;
  }

  private static boolean isNamePart(char c) {
    return isNameStart(c) || isDigit(c) || c == '$';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static QueryRefusedException refused(String message) {
    return new QueryRefusedException(message, null);
  }
}
