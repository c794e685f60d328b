package dev.epoch.storage.sqlite;

import dev.epoch.storage.sqlite.SqliteTokens.Token;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What only the text of a table's definition says: no pragma tells it. */
final class CreateTableText {
  private static final Set<String> TABLE_CONSTRAINTS =
      Set.of("constraint", "primary", "unique", "check", "foreign");

  /**
   * A check.
   *
   * @param name null if it has none
   * @param expression without the parentheses around it
   */
  record Check(String name, String expression) {}

  private final Map<String, String> collations = new HashMap<>();
  private final Map<String, String> generated = new HashMap<>();
  private final Map<String, Boolean> descending = new HashMap<>();
  private final List<Check> checks = new ArrayList<>();
  private final List<String> deferrable = new ArrayList<>();
  private final boolean withoutRowid;
  private boolean autoincrement;
  private boolean conflict;

  private CreateTableText(String sql) {
    List<Token> tokens = SqliteTokens.of(sql);
    withoutRowid =
        tokens.size() > 2
            && tokens.subList(Math.max(0, tokens.size() - 4), tokens.size()).stream()
                .anyMatch(token -> token.is("rowid"));
    references(tokens);
    for (List<Token> part : SqliteTokens.list(tokens, 0)) {
      if (part.isEmpty()) {
        continue;
      }
      Token first = part.getFirst();
      boolean constraint =
          !first.quoted() && TABLE_CONSTRAINTS.contains(first.text().toLowerCase(Locale.ROOT));
      read(sql, part, constraint ? null : first.name());
    }
  }

  /** References, in their order: when each is looked at. */
  private void references(List<Token> tokens) {
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      autoincrement |= token.is("autoincrement");
      conflict |= token.is("conflict") && tokens.get(i - 1).is("on");
      if (token.is("references")) {
        deferrable.add("");
      } else if (token.is("deferrable") && !deferrable.isEmpty() && !tokens.get(i - 1).is("not")) {
        boolean late =
            i + 2 < tokens.size()
                && tokens.get(i + 1).is("initially")
                && tokens.get(i + 2).is("deferred");
        deferrable.set(
            deferrable.size() - 1, late ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE");
      }
    }
  }

  static CreateTableText of(String sql) {
    return new CreateTableText(sql);
  }

  private void read(String sql, List<Token> part, String column) {
    String name = null;
    int depth = 0;
    for (int i = 0; i < part.size(); i++) {
      Token token = part.get(i);
      if (token.is("(")) {
        depth++;
      } else if (token.is(")")) {
        depth--;
      }
      if (depth > 0 || i + 1 >= part.size()) {
        continue;
      }
      Token next = part.get(i + 1);
      if (token.is("constraint")) {
        name = next.name();
      } else if (token.is("check") && next.is("(")) {
        checks.add(new Check(name, SqliteTokens.inside(sql, part, i + 1)));
        name = null;
      } else if (column != null && token.is("collate")) {
        collations.put(column, next.name().toUpperCase(Locale.ROOT));
      } else if (column != null && token.is("as") && next.is("(")) {
        generated.put(column, SqliteTokens.inside(sql, part, i + 1));
      } else if (column != null && token.is("key") && next.is("desc")) {
        descending.put(column, true);
      }
    }
  }

  /** Null for the usual one, BINARY. */
  String collation(String column) {
    return collations.get(column);
  }

  /** The expression of a generated column. */
  String generated(String column) {
    return generated.getOrDefault(column, "");
  }

  /** Whether a column that is an INTEGER PRIMARY KEY is the table's row id. */
  boolean isRowid(String column) {
    return !withoutRowid && !descending.containsKey(column);
  }

  /** Whether numbers of rows are never given again. */
  boolean autoincrement() {
    return autoincrement;
  }

  /** Whether a constraint says what becomes of rows that break it. */
  boolean hasConflictClause() {
    return conflict;
  }

  boolean withoutRowid() {
    return withoutRowid;
  }

  /** What a reference's definition says at its end of when it is looked at; empty for at once. */
  String deferrable(int reference) {
    return reference < deferrable.size() ? deferrable.get(reference) : "";
  }

  List<Check> checks() {
    return List.copyOf(checks);
  }
}
