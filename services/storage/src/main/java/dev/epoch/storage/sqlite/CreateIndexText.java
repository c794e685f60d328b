package dev.epoch.storage.sqlite;

import dev.epoch.storage.sqlite.SqliteTokens.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What an index is over.
 *
 * @param parts in order
 * @param predicate of a partial index, or null
 */
record CreateIndexText(List<Part> parts, String predicate) {
  /**
   * A part of its key.
   *
   * @param expression a column in quotes, or an expression in parentheses
   * @param collation or null
   */
  record Part(String expression, String collation, boolean descending) {
    @Override
    public String toString() {
      return expression
          + (collation == null ? "" : " COLLATE " + collation)
          + (descending ? " DESC" : "");
    }
  }

  CreateIndexText {
    parts = List.copyOf(parts);
  }

  static CreateIndexText of(String sql) {
    List<Token> tokens = SqliteTokens.of(sql);
    List<Part> parts = new ArrayList<>();
    for (List<Token> part : SqliteTokens.list(tokens, 0)) {
      int end = part.size();
      boolean descending = false;
      while (end > 1 && (part.get(end - 1).is("asc") || part.get(end - 1).is("desc"))) {
        descending |= part.get(end - 1).is("desc");
        end--;
      }
      String collation = null;
      if (end > 2 && part.get(end - 2).is("collate")) {
        collation = part.get(end - 1).name();
        end -= 2;
      }
      parts.add(new Part(expression(sql, part.subList(0, end)), collation, descending));
    }
    return new CreateIndexText(parts, predicate(sql, tokens));
  }

  private static String expression(String sql, List<Token> part) {
    if (part.size() == 1) {
      return SqliteDialect.quoted(part.getFirst().name());
    }
    List<Token> inner = part;
    while (isWrapped(inner)) {
      inner = inner.subList(1, inner.size() - 1);
    }
    return "(" + sql.substring(inner.getFirst().from(), inner.getLast().to()) + ")";
  }

  /** Whether the first parenthesis closes at the end. */
  private static boolean isWrapped(List<Token> part) {
    if (part.size() < 3 || !part.getFirst().is("(")) {
      return false;
    }
    int depth = 0;
    for (int i = 0; i < part.size(); i++) {
      if (part.get(i).is("(")) {
        depth++;
      } else if (part.get(i).is(")") && --depth == 0) {
        return i == part.size() - 1;
      }
    }
    return false;
  }

  private static String predicate(String sql, List<Token> tokens) {
    int depth = 0;
    for (Token token : tokens) {
      if (token.is("(")) {
        depth++;
      } else if (token.is(")")) {
        depth--;
      } else if (depth == 0 && token.is("where")) {
        return sql.substring(token.to(), tokens.getLast().to()).strip();
      }
    }
    return null;
  }

  /** Its expressions and columns, without the words behind them. */
  List<String> expressions() {
    return parts.stream().map(Part::expression).toList();
  }

  /** The statement that makes it, however it was written. */
  String statement(String name, String table, boolean unique) {
    return "CREATE %sINDEX %s ON %s (%s)%s"
        .formatted(
            unique ? "UNIQUE " : "",
            SqliteDialect.quoted(name),
            SqliteDialect.quoted(table),
            parts.stream().map(Part::toString).collect(Collectors.joining(", ")),
            predicate == null ? "" : " WHERE " + predicate);
  }
}
