package dev.epoch.storage.postgres.operation;

import dev.epoch.model.schema.migration.SchemaSteps;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.QueryTimeoutException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import java.util.List;
import java.util.function.Supplier;

/** See {@link dev.epoch.storage.branch.BranchDirectory#beginBranch}. */
public final class BranchBeginning {
  private static final System.Logger LOG = System.getLogger(BranchBeginning.class.getName());

  private final Database database;
  private final LockRetries retries;

  public BranchBeginning(Database database, LockRetries retries) {
    this.database = database;
    this.retries = retries;
  }

  /** In a transaction of its own. */
  public void begin(BranchHandle branch, String tableId, Supplier<List<SchemaSteps>> steps) {
    if (isBegun(branch)) {
      return;
    }
    List<String> made =
        steps.get().stream().flatMap(step -> new StepStatements(step).all().stream()).toList();
    retries.run(() ->
        database.write(session -> {
          session.run(retries.setting());
          boolean isNew =
              session
                  .first(
                      "UPDATE epoch.branches SET begun = true WHERE branch_id = $1 AND NOT begun"
                          + " RETURNING true",
                      row -> row.getBoolean(0),
                      branch.id())
                  .isPresent();
          if (isNew && !made.isEmpty()) {
            SchemaStatements run = new SchemaStatements(session);
            // tables are opened by the first session: rows may have to be restored first
            session.run(
                "SET LOCAL check_function_bodies = off; SET LOCAL epoch.open_tables_up_to = '0'");
            MadeObjects.onBranch(
                    session,
                    branch,
                    tableId,
                    made,
                    sql -> attempt(session, branch, run, sql),
                    null,
                    true)
                .forEach(left ->
                    LOG.log(
                        System.Logger.Level.WARNING,
                        "Branch {0} begins without {1}, which would act with the rights of another than its maker",
                        branch.name(),
                        left));
            session.execute(
                "UPDATE epoch.branches SET unused = true WHERE branch_id = $1", branch.id());
          }
          return null;
        }));
  }

  private boolean isBegun(BranchHandle branch) {
    return database.read(session ->
        session
            .first(
                "SELECT begun FROM epoch.branches WHERE branch_id = $1",
                row -> row.getBoolean(0),
                branch.id())
            .orElse(true));
  }

  /** The branch is there without what the database refuses. */
  private static void attempt(
      Session session, BranchHandle branch, SchemaStatements run, String sql) {
    session.run("SAVEPOINT beginning");
    try {
      run.run(sql);
      session.run("RELEASE beginning");
    } catch (BusyException | StorageUnavailableException | QueryTimeoutException notNow) {
      throw notNow;
    } catch (StorageException refused) {
      session.run("ROLLBACK TO beginning; RELEASE beginning");
      LOG.log(
          System.Logger.Level.WARNING,
          "Branch {0} begins without an object of its first commit: {1}",
          branch.name(),
          refused.getMessage());
    }
  }
}
