package dev.epoch.storage.postgres.migration;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.SqlErrors;
import dev.epoch.storage.schema.SchemaMigrations;
import io.vertx.pgclient.PgException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Migrations of a PostgreSQL database. A statement and the note that it is done are one
 * transaction; one that can run in none is looked for in the catalogs before it is run again.
 */
public final class PostgresMigrations implements SchemaMigrations {
  /** Held by the session that runs a migration: it ends with the session. */
  private static final String LOCK =
      "SELECT pg_try_advisory_lock(hashtextextended('epoch migration ' || $1, 0))";

  private static final String UNLOCK =
      "SELECT pg_advisory_unlock(hashtextextended('epoch migration ' || $1, 0))";

  private static final String SIZE =
      """
      SELECT pg_total_relation_size(c.oid) AS bytes,
        -- of a table that was never analyzed the catalog knows no number
        CASE WHEN c.reltuples < 0 THEN pg_stat_get_live_tuples(c.oid) ELSE c.reltuples END::bigint
          AS row_count
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = $1
        AND c.relname = $2
      """;

  private static final String UNIQUE_VIOLATION = "23505";

  private final Database database;

  public PostgresMigrations(Database database) {
    this.database = database;
  }

  @Override
  public void begin(Plan plan) {
    try {
      database.writeOnly(session -> MigrationRecords.begin(session, plan));
    } catch (RuntimeException failure) {
      PgException error = SqlErrors.serverError(failure);
      if (error != null && SqlErrors.state(error).equals(UNIQUE_VIOLATION)) {
        throw busy(plan.repository(), failure);
      }
      throw failure;
    }
  }

  private static BusyException busy(String repository, Throwable cause) {
    return new BusyException(
        "A schema change of repository '" + repository + "' is not finished",
        "Wait for it: epoch schema apply --status",
        cause);
  }

  @Override
  public Progress run(String id, Consumer<String> reached) {
    AtomicReference<Progress> result = new AtomicReference<>();
    database.alone(session -> {
      Plan plan = MigrationRecords.plan(session, id).orElseThrow();
      boolean mine = session.first(LOCK, row -> row.getBoolean(0), plan.repository()).orElse(false);
      if (!mine) {
        throw busy(plan.repository(), null);
      }
      try {
        run(session, plan, reached);
        result.set(MigrationRecords.progress(session, id).orElseThrow());
      } finally {
        if (plan.branch() != null) {
          leaveBranch(session);
        }
        unlock(session, plan.repository());
      }
    });
    return result.get();
  }

  /** The connection goes back to the pool. */
  private static void leaveBranch(Session session) {
    try {
      session.run("ROLLBACK; SELECT pg_catalog.set_config('epoch.branch', '', false)");
    } catch (RuntimeException gone) {
      // a session that is gone stands nowhere
    }
  }

  private static void unlock(Session session, String repository) {
    try {
      session.run(
          "ROLLBACK; RESET lock_timeout; RESET statement_timeout; RESET check_function_bodies");
      session.run("SET search_path = pg_catalog");
      session.first(UNLOCK, row -> row.getBoolean(0), repository);
    } catch (RuntimeException gone) {
      // a session that is gone holds no lock
    }
  }

  private static void run(Session session, Plan plan, Consumer<String> reached) {
    Progress progress = MigrationRecords.progress(session, plan.id()).orElseThrow();
    if (progress.state() != State.RUNNING) {
      return;
    }
    MigrationRun run = new MigrationRun(session, plan, reached);
    List<Integer> group = new ArrayList<>();
    for (int number = 1; number <= plan.steps().size(); number++) {
      if (progress.steps().get(number - 1).state() == State.DONE) {
        continue;
      }
      boolean alone = plan.steps().get(number - 1).alone();
      if (!group.isEmpty() && (alone || !plan.settings().transaction())) {
        if (!run.together(group)) {
          return;
        }
        group.clear();
      }
      if (alone) {
        if (!run.alone(number)) {
          return;
        }
      } else {
        group.add(number);
      }
    }
    if (group.isEmpty() || run.together(group)) {
      MigrationRecords.end(session, plan.id(), State.DONE);
    }
  }

  @Override
  public Optional<Progress> progress(String id) {
    return database.read(session -> MigrationRecords.progress(session, id));
  }

  @Override
  public Optional<Progress> latest(String repository) {
    return database.read(session ->
        MigrationRecords.latest(session, repository)
            .flatMap(id -> MigrationRecords.progress(session, id)));
  }

  @Override
  public List<String> unfinished(String repository) {
    return database.read(session -> MigrationRecords.unfinished(session, repository));
  }

  @Override
  public Optional<Size> size(TablePath table) {
    return database.read(session ->
        session.first(
            SIZE,
            row -> new Size(row.getLong("bytes"), row.getLong("row_count")),
            table.schema(),
            table.table()));
  }
}
