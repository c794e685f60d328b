package dev.epoch.storage.postgres.catalog;

import dev.epoch.storage.postgres.connection.Session;

/**
 * Texts about tables that the default branch does not have yet, as they are when it has them: their
 * live relations are hidden in schemas of Epoch's ({@code new_tables.sql}).
 */
final class HomeNames {
  private static final String HIDDEN = "epoch_new_";

  private HomeNames() {}

  /** The text as it will be, null for null. */
  static String of(Session session, String text) {
    return text == null || !text.contains(HIDDEN)
        ? text
        : session.first("SELECT epoch.at_home($1)", row -> row.getString(0), text).orElse(text);
  }
}
