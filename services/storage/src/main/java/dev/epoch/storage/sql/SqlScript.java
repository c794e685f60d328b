package dev.epoch.storage.sql;

import java.util.List;
import java.util.Set;

/** A script of a migration tool. */
public final class SqlScript {
  /** Transactions are the tool's business. */
  private static final Set<String> TRANSACTION =
      Set.of("begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release");

  private SqlScript() {}

  /** Its statements, without those that begin and end transactions. */
  public static List<String> statements(String text) {
    return DdlText.split(SqlTokens.of(text)).stream()
        .filter(tokens -> !TRANSACTION.contains(tokens.getFirst().value()))
        .map(tokens -> text.substring(tokens.getFirst().start(), tokens.getLast().end()))
        .toList();
  }
}
