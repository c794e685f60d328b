package dev.epoch.gateway.read;

import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.sql.SqlToken;
import dev.epoch.storage.sql.SqlTokens;
import java.util.List;

/**
 * A statement whose rows are read page by page. Each page runs it again on the same commits and
 * leaves out the rows of those before; so the rows must come in the same order each time:
 *
 * <pre>
 *   SELECT * FROM users ORDER BY id    in the statement's own order
 *   SELECT * FROM users                ordered by the text of the whole row
 *   SELECT * FROM users LIMIT 10       refused: which ten is left to the database
 * </pre>
 *
 * @param ordered whether the statement says in which order its rows come
 */
public record PagedStatement(String sql, boolean ordered) {

  /** Fails with {@link QueryRefusedException} for statements without pages. */
  public static PagedStatement parse(String sql) {
    List<SqlToken> tokens = SqlTokens.of(sql);
    int end = sql.length();
    int last = tokens.size();
    while (last > 0 && tokens.get(last - 1).is(';')) {
      end = tokens.get(--last).start();
    }
    if (last > 0 && tokens.getFirst().is("explain")) {
      throw new QueryRefusedException("A plan has no pages", "Ask for it without paged");
    }
    boolean ordered = false;
    boolean limited = false;
    int depth = 0;
    for (int i = 0; i < last; i++) {
      SqlToken token = tokens.get(i);
      depth += token.is('(') ? 1 : token.is(')') ? -1 : 0;
      if (depth == 0) {
        ordered |= token.is("order") && i + 1 < last && tokens.get(i + 1).is("by");
        limited |= token.is("limit") || token.is("offset") || token.is("fetch");
      }
    }
    if (limited && !ordered) {
      throw new QueryRefusedException(
          "LIMIT without ORDER BY means other rows each time, and pages would not fit together",
          "Add an ORDER BY to the statement");
    }
    return new PagedStatement(sql.substring(0, end), ordered);
  }

  /**
   * The statement without its first rows.
   *
   * @param rows to leave out
   */
  public String from(long rows) {
    return "SELECT * FROM (\n"
        + sql
        + "\n) AS epoch_page"
        + (ordered ? "" : "\nORDER BY CAST(ROW(epoch_page.*) AS pg_catalog.text) COLLATE \"C\"")
        + "\nOFFSET "
        + rows;
  }
}
