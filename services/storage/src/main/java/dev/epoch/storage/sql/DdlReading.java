package dev.epoch.storage.sql;

import dev.epoch.model.schema.migration.Hazard;
import dev.epoch.model.schema.migration.Risk;
import dev.epoch.storage.sql.DdlStatement.Altered;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads from the words of one statement what it does to a schema. */
final class DdlReading {
  /** What a DROP takes that holds rows of its own. */
  private static final Set<String> HOLDS_DATA = Set.of("table", "schema", "sequence", "owned");

  private final List<SqlToken> tokens;
  private final List<Hazard> hazards = new ArrayList<>();
  private final List<String> dropped = new ArrayList<>();
  private final List<String> retyped = new ArrayList<>();
  private int at;

  DdlReading(List<SqlToken> tokens) {
    this.tokens = tokens;
  }

  DdlStatement statement(String sql) {
    String table = null;
    if (word("drop")) {
      drop();
    } else if (word("truncate")) {
      skip("table");
      skip("only");
      String name = name();
      hazard(Hazard.Kind.DATA_LOSS, Risk.CRITICAL, "TRUNCATE TABLE", name, "all data removed");
    } else if (word("alter")) {
      skip("foreign");
      if (word("table")) {
        skip("if", "exists");
        skip("only");
        table = name();
        skip('*');
        actions(table);
      }
    }
    Optional<Altered> altered =
        dropped.isEmpty() && retyped.isEmpty()
            ? Optional.empty()
            : Optional.of(new Altered(table, dropped, retyped));
    Set<String> names = new HashSet<>();
    Set<String> schemas = new HashSet<>();
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).isName()) {
        names.add(tokens.get(i).value());
        boolean qualifies = i + 1 < tokens.size() && tokens.get(i + 1).is('.');
        if (qualifies || i > 0 && tokens.get(i - 1).is("schema")) {
          schemas.add(tokens.get(i).value());
        }
      }
    }
    return new DdlStatement(sql, alone(), hazards, altered, names, schemas);
  }

  /** What PostgreSQL runs in no transaction, or what nothing behind it could use there. */
  private boolean alone() {
    if (tokens.stream().anyMatch(token -> token.is("concurrently"))) {
      return true;
    }
    SqlToken first = tokens.getFirst();
    if (first.is("reindex")) {
      return tokens.stream()
          .limit(3)
          .anyMatch(token -> token.is("schema") || token.is("database") || token.is("system"));
    }
    boolean type = first.is("alter") && tokens.size() > 1 && tokens.get(1).is("type");
    for (int i = 0; type && i + 1 < tokens.size(); i++) {
      if (tokens.get(i).is("add") && tokens.get(i + 1).is("value")) {
        return true;
      }
    }
    return false;
  }

  private void drop() {
    StringBuilder kind = new StringBuilder();
    while (at < tokens.size() && kindWord(tokens.get(at))) {
      kind.append(kind.isEmpty() ? "" : " ").append(tokens.get(at++).value());
    }
    skip("concurrently");
    skip("if", "exists");
    boolean cascade = tokens.getLast().is("cascade");
    String operation = "DROP " + kind.toString().toUpperCase(Locale.ROOT);
    do {
      String name = name();
      if (HOLDS_DATA.contains(kind.toString())) {
        Risk risk = kind.toString().equals("sequence") ? Risk.MEDIUM : Risk.CRITICAL;
        hazard(Hazard.Kind.DATA_LOSS, risk, operation, name, "it and all its data are lost");
      } else if (cascade) {
        hazard(
            Hazard.Kind.DATA_LOSS,
            Risk.HIGH,
            operation,
            name,
            "CASCADE takes columns and objects along that need it");
      } else {
        hazard(Hazard.Kind.REMOVAL, Risk.LOW, operation, name, "can be made again");
      }
      skipParentheses();
    } while (skip(','));
  }

  /** {@code MATERIALIZED VIEW}, {@code FOREIGN TABLE}, {@code TEXT SEARCH PARSER}. */
  private boolean kindWord(SqlToken token) {
    boolean more = at + 1 < tokens.size() && tokens.get(at + 1).isName();
    return token.kind() == SqlToken.Kind.WORD
        && !token.is("if")
        && !token.is("concurrently")
        && (at == 1
            || more && Set.of("view", "table", "search", "wrapper").contains(token.value()));
  }

  private void actions(String table) {
    int start = at;
    int depth = 0;
    for (int i = at; i <= tokens.size(); i++) {
      boolean end = i == tokens.size();
      if (end || depth == 0 && tokens.get(i).is(',')) {
        action(table, start, i);
        start = i + 1;
      } else if (tokens.get(i).is('(')) {
        depth++;
      } else if (tokens.get(i).is(')')) {
        depth--;
      }
    }
  }

  private void action(String table, int start, int end) {
    at = start;
    if (word("drop")) {
      boolean constraint = word("constraint");
      skip("column");
      skip("if", "exists");
      if (at >= end) {
        return;
      }
      String name = tokens.get(at).value();
      if (constraint) {
        hazard(
            Hazard.Kind.REMOVAL,
            Risk.LOW,
            "DROP CONSTRAINT",
            name,
            "rows are not checked any more");
      } else {
        dropped.add(name);
        hazard(
            Hazard.Kind.DATA_LOSS,
            Risk.HIGH,
            "DROP COLUMN",
            table + "." + name,
            "its values are gone from the live rows");
      }
    } else if (word("alter")) {
      skip("column");
      if (at >= end) {
        return;
      }
      String name = tokens.get(at++).value();
      skip("set", "data");
      if (word("type")) {
        retyped.add(name);
        hazard(
            Hazard.Kind.MAY_FAIL,
            Risk.MEDIUM,
            "ALTER COLUMN TYPE",
            table + "." + name,
            "rows may be written anew, and values may not fit");
      }
    }
  }

  private void hazard(
      Hazard.Kind kind, Risk risk, String operation, String object, String description) {
    hazards.add(new Hazard(kind, risk, operation, object, description));
  }

  /** A name with its schema, as the statement has it; reads on behind it. */
  private String name() {
    StringBuilder name = new StringBuilder();
    while (at < tokens.size() && tokens.get(at).isName()) {
      SqlToken token = tokens.get(at++);
      name.append(
          token.kind() == SqlToken.Kind.WORD
              ? token.value()
              : "\"" + token.value().replace("\"", "\"\"") + "\"");
      if (!skip('.')) {
        break;
      }
      name.append('.');
    }
    return name.toString();
  }

  private void skipParentheses() {
    if (at >= tokens.size() || !tokens.get(at).is('(')) {
      return;
    }
    int depth = 0;
    do {
      depth += tokens.get(at).is('(') ? 1 : tokens.get(at).is(')') ? -1 : 0;
      at++;
    } while (depth > 0 && at < tokens.size());
  }

  private boolean word(String word) {
    if (at < tokens.size() && tokens.get(at).is(word)) {
      at++;
      return true;
    }
    return false;
  }

  private void skip(String first, String... others) {
    if (!word(first)) {
      return;
    }
    for (String other : others) {
      word(other);
    }
  }

  private boolean skip(char symbol) {
    if (at < tokens.size() && tokens.get(at).is(symbol)) {
      at++;
      return true;
    }
    return false;
  }
}
