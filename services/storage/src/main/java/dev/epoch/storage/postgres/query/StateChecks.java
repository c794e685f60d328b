package dev.epoch.storage.postgres.query;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.CheckFailedException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.SqlErrors;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.ReadQuery;
import dev.epoch.storage.state.TableState;
import io.vertx.pgclient.PgException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the checks of an operation in its transaction, when its rows are written and it is not
 * recorded yet. Each reads what the operation leaves, in a savepoint that is taken back: the
 * transaction goes on as if nobody had asked.
 */
public final class StateChecks {
  /**
   * Begins each statement of a check: what refers to views that come and go is not worth keeping
   * prepared, see {@link dev.epoch.storage.postgres.connection.Database#pinned}.
   */
  private static final String MARK = Session.NEVER_CACHED;

  /** Operations look up few rows by their keys; a check may join tables. */
  private static final String PLANS =
      """
      SAVEPOINT epoch_check;
      SET LOCAL enable_nestloop = on;
      SET LOCAL enable_hashjoin = on;
      SET LOCAL enable_mergejoin = on;
      SET LOCAL enable_seqscan = on;
      SET LOCAL enable_bitmapscan = on;
      SET LOCAL plan_cache_mode = auto;
      SET LOCAL join_collapse_limit = 8;
      SET LOCAL from_collapse_limit = 8\
      """;

  private static final String CANCELLED = "57014";

  private final QueryRun run;

  public StateChecks(StateSelect states, ValueCodec codec, QueryLimits limits) {
    this.run = new QueryRun(states, codec, limits);
  }

  /**
   * Fails with {@link CheckFailedException} if a check finds rows, or cannot be run.
   *
   * @param locations by table id: where the rows of tables that the operation names are now
   */
  public void run(
      Session session, List<Operation.Check> checks, Map<String, RowsLocation> locations) {
    for (Operation.Check check : checks) {
      if (changes(check, locations)) {
        run(session, check, locations);
      }
    }
  }

  private static boolean changes(Operation.Check check, Map<String, RowsLocation> locations) {
    return check.tables().stream()
        .filter(table -> check.watched().contains(table.table().id()))
        .anyMatch(table -> {
          RowsLocation now = locations.get(table.table().id());
          return now != null && !now.equals(table.head());
        });
  }

  private void run(Session session, Operation.Check check, Map<String, RowsLocation> locations) {
    Map<TableHandle, TableState> states = new HashMap<>();
    for (BranchTable table : check.tables()) {
      states.put(
          table.table(),
          new TableState.Committed(locations.getOrDefault(table.table().id(), table.head())));
    }
    session.run(PLANS);
    QueryResult found;
    try {
      StatementText statement = StatementText.parse(MARK + check.sql());
      ReadQuery query =
          new ReadQuery(statement.sql(), List.of(), states, check.limit(), check.timeout());
      found = run.run(session, query, statement, check.timeout());
    } catch (RuntimeException failure) {
      throw notRun(check, failure);
    }
    session.run("ROLLBACK TO epoch_check; RELEASE epoch_check");
    if (!found.rows().isEmpty()) {
      throw CheckFailedException.found(check.name(), found);
    }
  }

  private static RuntimeException notRun(Operation.Check check, RuntimeException failure) {
    PgException error = SqlErrors.serverError(failure);
    if (error != null && SqlErrors.state(error).equals(CANCELLED)) {
      return CheckFailedException.notRun(
          check.name(),
          "it ran longer than " + check.timeout().toMillis() + " ms and was cancelled",
          failure);
    }
    RuntimeException translated = QueryRun.translate(failure, false, check.timeout());
    return translated instanceof dev.epoch.storage.error.QueryRefusedException
        ? CheckFailedException.notRun(check.name(), translated.getMessage(), failure)
        : translated;
  }
}
