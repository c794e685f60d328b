package dev.epoch.storage.sqlite;

import dev.epoch.storage.sqlite.SqliteTokens.Token;
import java.util.ArrayList;
import java.util.List;

/** What an index is over. */
final class CreateIndexText {
  private CreateIndexText() {}

  /** Its expressions and columns, columns in quotes, without the words behind them. */
  static List<String> parts(String sql) {
    List<Token> tokens = SqliteTokens.of(sql);
    List<String> parts = new ArrayList<>();
    for (List<Token> part : SqliteTokens.list(tokens, 0)) {
      int end = part.size();
      while (end > 1 && (part.get(end - 1).is("asc") || part.get(end - 1).is("desc"))) {
        end--;
      }
      if (end > 2 && part.get(end - 2).is("collate")) {
        end -= 2;
      }
      parts.add(
          end == 1
              ? SqliteDialect.quoted(part.getFirst().name())
              : "(" + sql.substring(part.getFirst().from(), part.get(end - 1).to()) + ")");
    }
    return parts;
  }
}
