package dev.epoch.storage.postgres.query;

import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.sql.SqlToken;
import dev.epoch.storage.sql.SqlTokens;
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
  private static final Set<String> EXPLAIN_OPTIONS =
      Set.of(
          "analyze",
          "verbose",
          "costs",
          "settings",
          "buffers",
          "wal",
          "timing",
          "summary",
          "memory",
          "serialize",
          "format",
          "text",
          "json",
          "yaml",
          "xml",
          "none",
          "binary",
          "true",
          "false",
          "on",
          "off");
  private static final int LONGEST = 1_000_000;

  /** A place in the text where a parameter stands. */
  private record Parameter(int start, int end, int number) {}

  private final String text;
  private final List<Parameter> parameters = new ArrayList<>();
  private final Set<String> names = new TreeSet<>();
  private String explain;
  private int start;
  private int depth;
  private int end = -1;
  private boolean escapedNames;
  private int selects;

  private StatementText(String text) {
    this.text = text;
  }

  /**
   * Fails with {@link QueryRefusedException} for what is not one SELECT, WITH, VALUES or TABLE, or
   * EXPLAIN of one.
   */
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
    statement.read(SqlTokens.of(sql));
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

  /** {@code EXPLAIN} with its options, if it stands before the statement; else empty. */
  String explain() {
    return explain;
  }

  /** The statement without what stands before and behind it. */
  String sql() {
    return text.substring(start, end);
  }

  /** The statement with an expression in the place of each parameter. */
  String sql(IntFunction<String> expressions) {
    StringBuilder sql = new StringBuilder();
    int from = start;
    for (Parameter parameter : parameters) {
      sql.append(text, from, parameter.start()).append(expressions.apply(parameter.number()));
      from = parameter.end();
    }
    return sql.append(text, from, end).toString();
  }

  private void read(List<SqlToken> tokens) {
    int first = afterExplain(tokens);
    requireReading(tokens, first);
    for (SqlToken token : tokens.subList(first, tokens.size())) {
      if (token.is(';')) {
        if (depth != 0) {
          throw refused("A parenthesis is not closed");
        }
        end = end < 0 ? token.start() : end;
      } else if (end >= 0) {
        throw refused("Only one statement can be run");
      } else {
        note(token);
      }
    }
    if (depth != 0) {
      throw refused("A parenthesis is not closed");
    }
    if (end < 0) {
      end = text.length();
    }
  }

  private static void requireReading(List<SqlToken> tokens, int first) {
    int word = first;
    while (word < tokens.size() && tokens.get(word).is('(')) {
      word++;
    }
    if (word == tokens.size() || tokens.get(word).is(';')) {
      throw refused("The statement is empty");
    }
    SqlToken token = tokens.get(word);
    if (token.is(')')) {
      throw refused("A parenthesis is closed that was not opened");
    }
    if (token.kind() != SqlToken.Kind.WORD) {
      throw refused("The statement must start with SELECT, WITH, VALUES or TABLE");
    }
    if (!READING.contains(token.value())) {
      throw new QueryRefusedException(
          "Only reading statements can be run, not " + token.value().toUpperCase(Locale.ROOT),
          "Start with SELECT, WITH, VALUES or TABLE");
    }
  }

  /** Place of the first token of the statement that is explained, 0 if there is no EXPLAIN. */
  private int afterExplain(List<SqlToken> tokens) {
    explain = "";
    if (tokens.isEmpty() || !tokens.getFirst().is("explain")) {
      return 0;
    }
    StringBuilder options = new StringBuilder("EXPLAIN");
    int next = 1;
    if (next < tokens.size() && tokens.get(next).is('(') && isOption(tokens, next + 1)) {
      boolean closed = false;
      for (; next < tokens.size() && !closed; next++) {
        SqlToken token = tokens.get(next);
        closed = token.is(')');
        if (!closed
            && !token.is('(')
            && !token.is(',')
            && !EXPLAIN_OPTIONS.contains(token.value())) {
          throw refused("EXPLAIN has no option " + token.value() + " here");
        }
        options.append(' ').append(token.value());
      }
    } else {
      for (; next < tokens.size() && isOption(tokens, next); next++) {
        options.append(' ').append(tokens.get(next).value());
      }
    }
    if (next >= tokens.size()) {
      throw refused("EXPLAIN of nothing");
    }
    explain = options.toString();
    start = tokens.get(next).start();
    return next;
  }

  private static boolean isOption(List<SqlToken> tokens, int place) {
    return place < tokens.size() && EXPLAIN_OPTIONS.contains(tokens.get(place).value());
  }

  private void note(SqlToken token) {
    switch (token.kind()) {
      case WORD -> {
        names.add(token.value());
        if (token.is("select")) {
          selects++;
        }
      }
      case QUOTED_NAME -> names.add(token.value());
      case ESCAPED_NAME -> escapedNames = true;
      case PARAMETER -> parameters.add(parameter(token));
      case SYMBOL -> {
        if (token.is('(')) {
          depth++;
        } else if (token.is(')') && --depth < 0) {
          throw refused("A parenthesis is closed that was not opened");
        }
      }
      default -> {}
    }
  }

  private static Parameter parameter(SqlToken token) {
    if (token.value().length() > 5) {
      throw refused("There is no parameter $" + token.value());
    }
    int number = Integer.parseInt(token.value());
    if (number == 0) {
      throw refused("Parameters count from $1");
    }
    return new Parameter(token.start(), token.end(), number);
  }

  private static QueryRefusedException refused(String message) {
    return new QueryRefusedException(message, null);
  }
}
