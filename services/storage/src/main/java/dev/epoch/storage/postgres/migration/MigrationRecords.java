package dev.epoch.storage.postgres.migration;

import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.schema.SchemaMigrations.Plan;
import dev.epoch.storage.schema.SchemaMigrations.Progress;
import dev.epoch.storage.schema.SchemaMigrations.Settings;
import dev.epoch.storage.schema.SchemaMigrations.State;
import dev.epoch.storage.schema.SchemaMigrations.Step;
import dev.epoch.storage.schema.SchemaMigrations.StepProgress;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rows that say how far migrations are. */
final class MigrationRecords {
  private static final String BEGIN =
      """
      INSERT INTO epoch.migrations
        (migration_id, repository, schema_hash, search_path, lock_timeout, statement_timeout,
          retries, initial_delay, max_delay, in_transaction, forced,
          branch)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
      """;

  private static final String ADD =
      """
      INSERT INTO epoch.migration_statements (migration_id, number, sql, alone)
      VALUES ($1, $2, $3, $4)
      """;

  private static final String STATEMENTS =
      """
      SELECT s.sql, s.alone, s.state, s.attempts, s.error
      FROM epoch.migration_statements AS s
      WHERE s.migration_id = $1
      ORDER BY s.number
      """;

  private static final String MIGRATION =
      """
      SELECT m.migration_id, m.repository, m.schema_hash, m.state
      FROM epoch.migrations AS m
      WHERE m.migration_id = $1
      """;

  private static final String PLAN =
      """
      SELECT m.repository, m.schema_hash, m.search_path, m.lock_timeout, m.statement_timeout,
        m.retries, m.initial_delay, m.max_delay, m.in_transaction, m.forced, m.branch
      FROM epoch.migrations AS m
      WHERE m.migration_id = $1
      """;

  private static final String LATEST =
      """
      SELECT m.migration_id
      FROM epoch.migrations AS m
      WHERE m.repository = $1
      ORDER BY m.began_at DESC, m.migration_id DESC
      LIMIT 1
      """;

  private static final String UNFINISHED =
      """
      SELECT m.migration_id
      FROM epoch.migrations AS m
      WHERE m.repository = $1
        AND m.state = 'RUNNING'
      ORDER BY m.began_at
      """;

  private static final String NOTE =
      """
      UPDATE epoch.migration_statements
      SET state = $3, attempts = attempts + $4, error = $5, ended_at = clock_timestamp()
      WHERE migration_id = $1
        AND number = $2
      """;

  private static final String SKIP =
      """
      UPDATE epoch.migration_statements
      SET state = 'SKIPPED'
      WHERE migration_id = $1
        AND state IN ('PENDING', 'RUNNING')
      """;

  private static final String END =
      """
      UPDATE epoch.migrations
      SET state = $2, ended_at = clock_timestamp()
      WHERE migration_id = $1
      """;

  private MigrationRecords() {}

  static void begin(Session session, Plan plan) {
    Settings settings = plan.settings();
    session.execute(
        BEGIN,
        plan.id(),
        plan.repository(),
        plan.schemaHash(),
        plan.searchPath(),
        settings.lockTimeout().toMillis(),
        settings.statementTimeout().toMillis(),
        settings.retries(),
        settings.initialDelay().toMillis(),
        settings.maxDelay().toMillis(),
        settings.transaction(),
        plan.forced(),
        plan.branch());
    for (int i = 0; i < plan.steps().size(); i++) {
      session.execute(
          ADD, plan.id(), i + 1, plan.steps().get(i).sql(), plan.steps().get(i).alone());
    }
  }

  static Optional<Plan> plan(Session session, String id) {
    List<Step> steps =
        session.list(
            STATEMENTS, row -> new Step(row.getString("sql"), row.getBoolean("alone")), id);
    return session.first(
        PLAN,
        row ->
            new Plan(
                id,
                row.getString("repository"),
                row.getString("schema_hash"),
                row.getString("search_path"),
                steps,
                new Settings(
                    Duration.ofMillis(row.getLong("lock_timeout")),
                    Duration.ofMillis(row.getLong("statement_timeout")),
                    row.getInteger("retries"),
                    Duration.ofMillis(row.getLong("initial_delay")),
                    Duration.ofMillis(row.getLong("max_delay")),
                    row.getBoolean("in_transaction")),
                row.getBoolean("forced"),
                row.getString("branch")),
        id);
  }

  static Optional<Progress> progress(Session session, String id) {
    List<StepProgress> steps = session.list(STATEMENTS, MigrationRecords::step, id);
    return session.first(
        MIGRATION,
        row ->
            new Progress(
                row.getString("migration_id"),
                row.getString("repository"),
                row.getString("schema_hash"),
                State.valueOf(row.getString("state")),
                steps),
        id);
  }

  private static StepProgress step(Row row) {
    return new StepProgress(
        row.getString("sql"),
        State.valueOf(row.getString("state")),
        row.getInteger("attempts"),
        row.getString("error"));
  }

  static Optional<String> latest(Session session, String repository) {
    return session.first(LATEST, row -> row.getString(0), repository);
  }

  static List<String> unfinished(Session session, String repository) {
    return new ArrayList<>(session.list(UNFINISHED, row -> row.getString(0), repository));
  }

  static void note(
      Session session, String id, int number, State state, boolean attempt, String error) {
    session.execute(NOTE, id, number, state.name(), attempt ? 1 : 0, error);
  }

  static void end(Session session, String id, State state) {
    session.execute(SKIP, id);
    session.execute(END, id, state.name());
  }
}
