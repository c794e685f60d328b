package dev.epoch.gateway.read;

import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.sql.SqlToken;
import dev.epoch.storage.sql.SqlTokens;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What differs between two states, as a table of a statement:
 *
 * <pre>
 *   SELECT change_type, id, before_name, after_name
 *   FROM epoch_diff('users', 'main', 'feature/x')
 * </pre>
 *
 * Each call gets a name of its own, which an adapter takes for a table.
 *
 * @param sql the statement in SQL that databases know
 * @param calls by the names that they have in that statement
 */
public record DiffCalls(String sql, Map<String, Call> calls) {
  private static final String NAME = "epoch_diff";

  /** A table, and the refs or times between which it is compared. */
  public record Call(String table, String base, String target) {}

  public DiffCalls {
    calls = Map.copyOf(calls);
  }

  /** Fails with {@link QueryRefusedException} for calls with other arguments. */
  public static DiffCalls parse(String sql) {
    if (sql == null || !sql.toLowerCase(Locale.ROOT).contains(NAME)) {
      return new DiffCalls(sql, Map.of());
    }
    List<SqlToken> tokens = SqlTokens.of(sql);
    Map<String, Call> calls = new LinkedHashMap<>();
    StringBuilder rewritten = new StringBuilder();
    int from = 0;
    for (int i = 0; i + 1 < tokens.size(); i++) {
      if (tokens.get(i).is(NAME) && tokens.get(i + 1).is('(')) {
        if (!hasThreeTexts(tokens, i + 2)) {
          throw new QueryRefusedException(
              "epoch_diff takes a table and two refs, each in single quotes",
              "FROM epoch_diff('users', 'main', 'feature/x')");
        }
        Call call =
            new Call(
                tokens.get(i + 2).value(), tokens.get(i + 4).value(), tokens.get(i + 6).value());
        String name = NAME + "_" + (calls.size() + 1);
        calls.put(name, call);
        rewritten.append(sql, from, tokens.get(i).start()).append(AsOfClauses.quoted(name));
        if (!hasAlias(tokens, i + 8)) {
          rewritten.append(" AS ").append(NAME);
        }
        from = tokens.get(i + 7).end();
        i += 7;
      }
    }
    return new DiffCalls(rewritten.append(sql.substring(from)).toString(), calls);
  }

  /** {@code 'a', 'b', 'c')}. */
  private static boolean hasThreeTexts(List<SqlToken> tokens, int at) {
    if (at + 5 >= tokens.size()) {
      return false;
    }
    for (int i = 0; i < 6; i++) {
      SqlToken token = tokens.get(at + i);
      boolean fits =
          i % 2 == 0 ? token.kind() == SqlToken.Kind.STRING : token.is(i == 5 ? ')' : ',');
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasAlias(List<SqlToken> tokens, int next) {
    return next < tokens.size() && tokens.get(next).is("as") || AsOfClauses.hasAlias(tokens, next);
  }
}
