package dev.epoch.storage.postgres.catalog;

import dev.epoch.storage.postgres.connection.Session;
import java.util.regex.Pattern;

/**
 * Texts about tables that the default branch does not have yet, as they are when it has them: their
 * live relations are hidden in schemas of Epoch's ({@code hidden_tables.sql}). Sequences of a
 * branch's own have the names of those that they stand for, and its functions and sequences those
 * that they are to have.
 */
final class HomeNames {
  private static final Pattern ELSEWHERE =
      Pattern.compile("epoch_new_|epoch_.*_(?:base|changed)\"?\\.");

  private HomeNames() {}

  /** The text as it will be, null for null. */
  static String of(Session session, String text) {
    return text == null || !ELSEWHERE.matcher(text).find()
        ? text
        : session.first("SELECT epoch.at_home($1)", row -> row.getString(0), text).orElse(text);
  }
}
