package dev.epoch.storage.postgres.operation;

import dev.epoch.storage.postgres.connection.Session;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Statements of merges that give a database another schema, in the transaction of an operation. */
final class SchemaStatements {
  private static final Pattern OWNED_BY =
      Pattern.compile("ALTER SEQUENCE (.+) OWNED BY (.+)\\.(?:\"(?:[^\"]|\"\")+\"|\\w+)");

  private static final Pattern DROP_TYPE = Pattern.compile("DROP TYPE (?:IF EXISTS )?(.+?);?");

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
    statements.forEach(this::run);
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
