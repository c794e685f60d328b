package dev.epoch.storage.postgres.operation;

import dev.epoch.storage.postgres.connection.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Statements of merges that give a database another schema, in the transaction of an operation. */
final class SchemaStatements {
  private static final Pattern OWNED_BY =
      Pattern.compile("ALTER SEQUENCE (.+) OWNED BY (.+)\\.(?:\"(?:[^\"]|\"\")+\"|\\w+)");

  private static final Pattern DROP_TYPE = Pattern.compile("DROP TYPE (?:IF EXISTS )?(.+?);?");

  private static final Pattern ADDED =
      Pattern.compile(
          "ALTER TABLE (.+?) ADD COLUMN (\"(?:[^\"]|\"\")+\"|\\w+) (.+?) GENERATED ALWAYS AS \\((.+)\\) STORED",
          Pattern.DOTALL);

  private static final String CAN_SET =
      """
      SELECT EXISTS (
        SELECT FROM pg_attribute AS a
        WHERE a.attrelid = to_regclass($1) AND NOT a.attisdropped AND a.attgenerated = 's'
          AND $2 IN (quote_ident(a.attname), '"' || replace(a.attname, '"', '""') || '"')
          AND format_type(a.atttypid, a.atttypmod) = $3
          AND current_setting('server_version_num')::integer >= 170000)\
      """;

  private final Session session;

  SchemaStatements(Session session) {
    this.session = session;
  }

  /** One statement at a time: a text is never two of them. */
  void run(List<String> statements) {
    if (statements.isEmpty()) {
      return;
    }
    // texts of functions name what stands there when they are called, by the path of who calls
    session.run("SET LOCAL check_function_bodies = off");
    settingExpressions(statements).forEach(this::run);
  }

  /**
   * Computed columns that are dropped and added with another expression get that in their place
   * where the database can do so: they stay the same columns, and what reads them stays.
   */
  private List<String> settingExpressions(List<String> statements) {
    List<String> kept = new ArrayList<>(statements);
    for (String statement : statements) {
      Matcher added = ADDED.matcher(statement);
      if (!added.matches()) {
        continue;
      }
      String drop =
          "ALTER TABLE %s DROP COLUMN IF EXISTS %s".formatted(added.group(1), added.group(2));
      if (kept.contains(drop)
          && session
              .first(
                  CAN_SET, row -> row.getBoolean(0), added.group(1), added.group(2), added.group(3))
              .orElse(false)) {
        kept.remove(drop);
        kept.set(
            kept.indexOf(statement),
            "ALTER TABLE %s ALTER COLUMN %s SET EXPRESSION AS (%s)"
                .formatted(added.group(1), added.group(2), added.group(4)));
      }
    }
    return kept;
  }

  /** A statement that one of {@link #run(List)} may be. */
  void run(String sql) {
    if (MadeObjects.isOfOwner(sql)) {
      // all are given away at once, when everything is made
      return;
    }
    try {
      Matcher owned = OWNED_BY.matcher(sql);
      if (owned.matches()) {
        session.list(
            "SELECT epoch.give_sequence($1, $2)::text", row -> row, owned.group(1), owned.group(2));
      }
      Matcher dropped = DROP_TYPE.matcher(sql);
      if (dropped.matches()) {
        session.list("SELECT epoch.let_go_of_enum($1)::text", row -> row, dropped.group(1));
      }
      session.execute(MadeObjects.unfilled(sql));
    } catch (RuntimeException failure) {
      throw Refusals.of(
          failure,
          "The schema cannot be changed by \"%s\"".formatted(sql),
          "Change what refuses it, or the live table by hand, commit, and merge again");
    }
  }
}
