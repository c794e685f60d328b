package dev.epoch.gateway.read;

import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.sql.SqlToken;
import dev.epoch.storage.sql.SqlTokens;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The tables that a statement reads elsewhere than at the query's own state:
 *
 * <pre>
 *   SELECT u.name, old.name FROM users u JOIN users AS OF 'v1' old USING (id)
 * </pre>
 *
 * The clause stands behind a table's name, before its alias; the text is a branch, tag, commit or
 * time. Each such table gets a name of its own, which an adapter takes for another table.
 *
 * @param sql the statement in SQL that databases know
 * @param tables by the names that they have in that statement
 */
public record AsOfClauses(String sql, Map<String, At> tables) {
  /** A table, and the ref or time that it is read at. */
  public record At(String table, String ref) {}

  /** Words that follow a table without being its alias. */
  private static final Set<String> NO_ALIAS =
      Set.of(
          "where",
          "join",
          "inner",
          "left",
          "right",
          "full",
          "cross",
          "natural",
          "on",
          "using",
          "group",
          "order",
          "limit",
          "offset",
          "fetch",
          "having",
          "window",
          "union",
          "intersect",
          "except",
          "for",
          "tablesample");

  public AsOfClauses {
    tables = Map.copyOf(tables);
  }

  /** Fails with {@link QueryRefusedException} for strings, names and comments that do not end. */
  public static AsOfClauses parse(String sql) {
    if (sql == null || !sql.toLowerCase(Locale.ROOT).contains("of")) {
      return new AsOfClauses(sql, Map.of());
    }
    List<SqlToken> tokens = SqlTokens.of(sql);
    Map<String, At> tables = new LinkedHashMap<>();
    StringBuilder rewritten = new StringBuilder();
    int from = 0;
    for (int i = 0; i + 3 < tokens.size(); i++) {
      if (isClause(tokens, i)) {
        SqlToken name = tokens.get(i);
        SqlToken ref = tokens.get(i + 3);
        if (i > 0 && tokens.get(i - 1).is('.')) {
          throw new QueryRefusedException(
              "AS OF does not go with a schema",
              "Write the table's name in the repository, without a schema");
        }
        At at = new At(name.value(), ref.value());
        String alias = nameOf(at, tables);
        tables.put(alias, at);
        rewritten.append(sql, from, name.start()).append(quoted(alias));
        if (!hasAlias(tokens, i + 4)) {
          rewritten.append(" AS ").append(quoted(name.value()));
        }
        from = ref.end();
      }
    }
    return new AsOfClauses(rewritten.append(sql.substring(from)).toString(), tables);
  }

  private static boolean isClause(List<SqlToken> tokens, int i) {
    return tokens.get(i).isName()
        && tokens.get(i + 1).is("as")
        && tokens.get(i + 2).is("of")
        && tokens.get(i + 3).kind() == SqlToken.Kind.STRING;
  }

  static boolean hasAlias(List<SqlToken> tokens, int next) {
    if (next >= tokens.size()) {
      return false;
    }
    SqlToken token = tokens.get(next);
    return token.isName()
        && !(token.kind() == SqlToken.Kind.WORD && NO_ALIAS.contains(token.value()));
  }

  private static String nameOf(At at, Map<String, At> tables) {
    return tables.entrySet().stream()
        .filter(known -> known.getValue().equals(at))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseGet(() -> "epoch_as_of_" + (tables.size() + 1));
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
