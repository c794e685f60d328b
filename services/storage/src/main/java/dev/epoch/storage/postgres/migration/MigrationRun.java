package dev.epoch.storage.postgres.migration;

import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.SqlErrors;
import dev.epoch.storage.schema.SchemaMigrations.Plan;
import dev.epoch.storage.schema.SchemaMigrations.State;
import dev.epoch.storage.sql.DdlStatement;
import dev.epoch.storage.sql.DdlText;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One run of a migration on the session that holds its lock. */
final class MigrationRun {
  /** No lock in time, a deadlock, a serialization failure: another time it may work. */
  private static final Set<String> TRANSIENT = Set.of("55P03", "40P01", "40001");

  private static final String WRONG_OBJECT_TYPE = "42809";

  private static final Pattern INDEX =
      Pattern.compile(
          "CREATE (?:UNIQUE )?INDEX CONCURRENTLY (\\S+|\"[^\"]*\") ON (\\S+|\"[^\"]*\")");

  private static final String INVALID =
      """
      SELECT i.indisvalid
      FROM pg_catalog.pg_index AS i
      JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
      WHERE i.indrelid = to_regclass($1)
        AND quote_ident(c.relname) = $2
      """;

  private final Session session;
  private final Plan plan;
  private final Consumer<String> reached;

  MigrationRun(Session session, Plan plan, Consumer<String> reached) {
    this.session = session;
    this.plan = plan;
    this.reached = reached;
  }

  /**
   * Runs statements in one transaction, with the notes that they are done.
   *
   * @return false if one failed, which is noted then
   */
  boolean together(List<Integer> numbers) {
    LiveColumns columns = new LiveColumns(session, path(""));
    LiveObjects live = new LiveObjects(session, plan);
    if (plan.branch() != null) {
      // what sessions need on the branch is made before, and is no work of the statements
      session.run(path(""));
      useBranch(false);
    } else {
      numbers.forEach(
          number -> altered(plan.steps().get(number - 1).sql()).ifPresent(columns::expect));
      columns.keepBeside();
    }
    for (int attempt = 0; ; attempt++) {
      int current = numbers.getFirst();
      try {
        session.run("BEGIN; " + limits(" LOCAL"));
        useBranch(true);
        columns.begin();
        if (plan.branch() != null) {
          live.begin();
        }
        for (int number : numbers) {
          current = number;
          session.run(plan.steps().get(number - 1).sql());
          if (plan.branch() != null) {
            Set<String> reached = live.reached();
            if (!reached.isEmpty()) {
              session.run("ROLLBACK");
              throw refused(live, number, reached);
            }
            Optional<QueryRefusedException> moving =
                live.moving(plan.steps().get(number - 1).sql());
            if (moving.isPresent()) {
              session.run("ROLLBACK");
              fail(number, moving.get().getMessage());
              throw moving.get();
            }
          }
          MigrationRecords.note(session, plan.id(), number, State.DONE, true, null);
          reached.accept("schema.statement." + number);
        }
        List<LiveColumns.Loss> unkept = columns.unkept();
        if (!unkept.isEmpty()) {
          session.run("ROLLBACK");
          if (plan.branch() != null) {
            fail(current, "A statement for a branch would change live tables: " + unkept);
            return false;
          }
          if (refused(current, unkept)) {
            return false;
          }
          unkept.forEach(columns::expect);
          columns.keepBeside();
          attempt--;
          continue;
        }
        Optional<String> switchedOff = columns.switchedOff();
        if (switchedOff.isPresent()) {
          session.run("ROLLBACK");
          fail(
              current,
              "Nothing would capture changes of %s: its triggers epoch_capture_* stay on; name the triggers that are meant"
                  .formatted(switchedOff.get()));
          return false;
        }
        Optional<String> attribute = columns.attributeGone();
        if (attribute.isPresent() && !plan.forced()) {
          session.run("ROLLBACK");
          fail(
              current,
              "DROP ATTRIBUTE: %s goes from every row, also of old commits; --force does it nevertheless"
                  .formatted(attribute.get()));
          return false;
        }
        Optional<String> problem = columns.follow();
        if (problem.isPresent()) {
          session.run("ROLLBACK");
          fail(current, "A registered table would not be the one it was: " + problem.get());
          return false;
        }
        // COMMIT of a transaction that has failed reports success, the SELECT fails
        session.run("SELECT; COMMIT");
        reached.accept("schema.committed." + numbers.getLast());
        return true;
      } catch (RuntimeException failure) {
        PgException error = SqlErrors.serverError(failure);
        if (error == null) {
          throw failure;
        }
        session.run("ROLLBACK");
        refuseView(live, current, error);
        if (!again(current, attempt, error)) {
          return false;
        }
      }
    }
  }

  private static Optional<DdlStatement.Altered> altered(String sql) {
    try {
      return DdlText.parse(sql).getFirst().altered();
    } catch (QueryRefusedException other) {
      // a statement of a migration that is no DDL, or hard to read: what it does is seen afterwards
      return Optional.empty();
    }
  }

  /** Whether what the statements did is not to be; noted then. */
  private boolean refused(int number, List<LiveColumns.Loss> losses) {
    boolean tableGone = losses.stream().anyMatch(LiveColumns.Loss::tableGone);
    if (plan.forced() && !tableGone) {
      return false;
    }
    String what =
        losses.stream().map(Object::toString).distinct().collect(Collectors.joining("; "));
    fail(
        number,
        what + (tableGone ? "; epoch table remove comes first" : "; --force does it nevertheless"));
    return true;
  }

  /** What the statement is refused with; noted. */
  private QueryRefusedException refused(LiveObjects live, int number, Set<String> names) {
    QueryRefusedException refused = live.refused(plan.steps().get(number - 1).sql(), names);
    fail(number, refused.getMessage());
    return refused;
  }

  /** On branches, live tables that nobody registered are views. */
  private void refuseView(LiveObjects live, int number, PgException error) {
    if (plan.branch() == null || !SqlErrors.state(error).equals(WRONG_OBJECT_TYPE)) {
      return;
    }
    session.run(path(""));
    useBranch(false);
    Set<String> named = named(live, number);
    if (!named.isEmpty()) {
      throw refused(live, number, named);
    }
  }

  private Set<String> named(LiveObjects live, int number) {
    try {
      return live.named(DdlText.parse(plan.steps().get(number - 1).sql()).getFirst().names());
    } catch (QueryRefusedException unreadable) {
      return Set.of();
    }
  }

  private void fail(int number, String error) {
    MigrationRecords.note(session, plan.id(), number, State.FAILED, true, error);
    MigrationRecords.end(session, plan.id(), State.FAILED);
  }

  /** Runs a statement that no transaction takes. */
  boolean alone(int number) {
    for (int attempt = 0; ; attempt++) {
      String sql = plan.steps().get(number - 1).sql();
      try {
        MigrationRecords.note(session, plan.id(), number, State.RUNNING, true, null);
        reached.accept("schema.running." + number);
        session.run(limits(""));
        useBranch(false);
        if (plan.branch() != null) {
          LiveObjects live = new LiveObjects(session, plan);
          Set<String> named = named(live, number);
          if (!named.isEmpty()) {
            throw refused(live, number, named);
          }
        }
        if (!there(sql)) {
          session.run(repeatable(sql));
        }
        reached.accept("schema.ran." + number);
        MigrationRecords.note(session, plan.id(), number, State.DONE, false, null);
        reached.accept("schema.statement." + number);
        return true;
      } catch (RuntimeException failure) {
        PgException error = SqlErrors.serverError(failure);
        if (error == null) {
          throw failure;
        }
        if (!again(number, attempt, error)) {
          return false;
        }
      }
    }
  }

  /** An index that was built is left; one that was not built to its end is dropped. */
  private boolean there(String sql) {
    Matcher index = INDEX.matcher(sql);
    if (!index.lookingAt()) {
      return false;
    }
    List<Boolean> valid =
        session.list(INVALID, row -> row.getBoolean(0), index.group(2), index.group(1));
    if (valid.contains(true)) {
      return true;
    }
    if (!valid.isEmpty()) {
      String table = index.group(2);
      int dot = table.lastIndexOf('.');
      String schema = dot < 0 ? "" : table.substring(0, dot + 1);
      session.run("DROP INDEX CONCURRENTLY IF EXISTS " + schema + index.group(1));
    }
    return false;
  }

  private static String repeatable(String sql) {
    return sql.startsWith("ALTER TYPE ")
        ? sql.replaceFirst(" ADD VALUE (?!IF NOT EXISTS )", " ADD VALUE IF NOT EXISTS ")
        : sql;
  }

  /** Waits before the next attempt; false when there is none, which is noted. */
  private boolean again(int number, int attempt, PgException error) {
    boolean another =
        TRANSIENT.contains(SqlErrors.state(error)) && attempt < plan.settings().retries();
    MigrationRecords.note(
        session,
        plan.id(),
        number,
        another ? State.RUNNING : State.FAILED,
        true,
        error.getErrorMessage());
    if (!another) {
      MigrationRecords.end(session, plan.id(), State.FAILED);
      return false;
    }
    Duration delay = plan.settings().initialDelay().multipliedBy(1L << Math.min(attempt, 20));
    Duration most = plan.settings().maxDelay();
    LockSupport.parkNanos((delay.compareTo(most) < 0 ? delay : most).toNanos());
    return true;
  }

  /** Names mean the tables of the branch from here on. */
  private void useBranch(boolean local) {
    if (plan.branch() != null) {
      session.list(
          "SELECT epoch.use_branch($1, $2, $3)",
          row -> row,
          plan.branch(),
          plan.repository(),
          local);
    }
  }

  private String path(String local) {
    return "SET" + local + " search_path = " + plan.quotedPath();
  }

  private String limits(String local) {
    return "SET"
        + local
        + " lock_timeout = "
        + plan.settings().lockTimeout().toMillis()
        + "; SET"
        + local
        + " statement_timeout = "
        + plan.settings().statementTimeout().toMillis()
        + "; SET"
        + local
        + " check_function_bodies = off; "
        + path(local);
  }
}
