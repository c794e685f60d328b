package dev.epoch.storage.postgres.query;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.CheckFailedException;
import dev.epoch.storage.error.MergeOvertakenException;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.SqlErrors;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.ReadQuery;
import dev.epoch.storage.state.TableState;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Runs the checks of an operation in its transaction, when its rows are written and it is not
 * recorded yet. Each reads what the operation leaves, in a savepoint that is taken back: the
 * transaction goes on as if nobody had asked.
 *
 * <pre>
 *   foresee    before the locks, on what will be there: as long as the check may run
 *   ...        locks; was anything written since, or is it otherwise than foreseen?
 *   run        what is not foreseen any more, for 200 ms
 * </pre>
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

  /** Applications may wait for what an operation has locked. */
  static final Duration UNDER_LOCKS = Duration.ofMillis(200);

  private final StateSelect states;
  private final ValueCodec codec;
  private final QueryLimits limits;
  private final QueryRun run;

  public StateChecks(StateSelect states, ValueCodec codec, QueryLimits limits) {
    this.states = states;
    this.codec = codec;
    this.limits = limits;
    this.run = new QueryRun(states, codec, limits);
  }

  /** Rows that an operation is about to write. */
  @FunctionalInterface
  public interface Coming {
    /**
     * @param select rows of the table, in the order of its columns
     * @return the same as they will be
     */
    String over(TableHandle table, String select);
  }

  /**
   * What checks have found before there were locks, by the check's name: nothing, or the failure.
   * It holds as long as no table that they read has been written since.
   */
  public record Foreseen(Map<String, Optional<CheckFailedException>> outcomes) {
    public static final Foreseen NOTHING = new Foreseen(Map.of());

    public Foreseen {
      outcomes = Map.copyOf(outcomes);
    }
  }

  /**
   * Runs checks on what an operation will leave, as it looks now. What cannot be told before it is
   * done is left out. The transaction goes on as if nobody had asked.
   *
   * @param expected states of tables, as the operation will leave them
   * @param coming by table id: what is written over these
   */
  public Foreseen foresee(
      Session session,
      List<Operation.Check> checks,
      Function<BranchTable, TableState> expected,
      Map<String, Coming> coming) {
    QueryRun ahead =
        new QueryRun(
            (in, table, state, repeated) -> {
              String select = states.select(in, table, state, repeated);
              Coming rows = coming.get(table.id());
              return rows == null ? select : rows.over(table, select);
            },
            codec,
            limits);
    Map<String, Optional<CheckFailedException>> outcomes = new HashMap<>();
    for (Operation.Check check : checks) {
      Map<TableHandle, TableState> tables = new HashMap<>();
      check.tables().forEach(table -> tables.put(table.table(), expected.apply(table)));
      session.run(PLANS);
      try {
        QueryResult found = ask(ahead, session, check, tables, check.timeout());
        outcomes.put(
            check.name(),
            found.rows().isEmpty()
                ? Optional.empty()
                : Optional.of(CheckFailedException.found(check.name(), found)));
      } catch (RuntimeException failure) {
        if (isCancelled(failure)) {
          outcomes.put(check.name(), Optional.of(cancelled(check, check.timeout(), "", failure)));
        } else if (SqlErrors.serverError(failure) == null
            && !(failure instanceof QueryRefusedException)) {
          throw failure;
        }
        // another error is told where all is as it will be
      }
      session.run("ROLLBACK TO epoch_check; RELEASE epoch_check");
    }
    return new Foreseen(outcomes);
  }

  /**
   * Fails with {@link CheckFailedException} if a check finds rows, or cannot be run. Those that are
   * not foreseen are run now, under the locks of the operation: for a short time, if applications
   * wait for these.
   *
   * @param locations by table id: where the rows of tables that the operation names are now
   * @param foreseen what was found before
   * @param overtaken whether something was found before, which does not count any more: a check
   *     that takes too long is a {@link MergeOvertakenException} then
   */
  public void run(
      Session session,
      Operation operation,
      Map<String, RowsLocation> locations,
      Foreseen foreseen,
      boolean overtaken) {
    Duration most = operation.branch().isDefault() ? UNDER_LOCKS : ChronoUnit.FOREVER.getDuration();
    for (Operation.Check check : operation.checks()) {
      if (!changes(check, locations)) {
        continue;
      }
      Optional<CheckFailedException> outcome = foreseen.outcomes().get(check.name());
      if (outcome == null) {
        run(session, check, locations, most, overtaken);
      } else if (outcome.isPresent()) {
        throw outcome.get();
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

  private void run(
      Session session,
      Operation.Check check,
      Map<String, RowsLocation> locations,
      Duration most,
      boolean overtaken) {
    Map<TableHandle, TableState> tables = new HashMap<>();
    for (BranchTable table : check.tables()) {
      tables.put(
          table.table(),
          new TableState.Committed(locations.getOrDefault(table.table().id(), table.head())));
    }
    boolean isShort = most.compareTo(check.timeout()) < 0;
    Duration timeout = isShort ? most : check.timeout();
    session.run(PLANS);
    QueryResult found;
    try {
      found = ask(run, session, check, tables, timeout);
    } catch (RuntimeException failure) {
      if (isShort && overtaken && isCancelled(failure)) {
        throw new MergeOvertakenException(
            "Applications wrote what check '%s' reads while it ran, and it takes longer than the %d ms that they may wait for it"
                .formatted(check.name(), timeout.toMillis()),
            "Try again when they write less, or make the check faster");
      }
      throw notRun(check, timeout, isShort, failure);
    }
    session.run("ROLLBACK TO epoch_check; RELEASE epoch_check");
    if (!found.rows().isEmpty()) {
      throw CheckFailedException.found(check.name(), found);
    }
  }

  private static QueryResult ask(
      QueryRun run,
      Session session,
      Operation.Check check,
      Map<TableHandle, TableState> tables,
      Duration timeout) {
    StatementText statement = StatementText.parse(MARK + check.sql());
    return run.run(
        session,
        new ReadQuery(statement.sql(), List.of(), tables, check.limit(), timeout),
        statement,
        timeout);
  }

  private static boolean isCancelled(RuntimeException failure) {
    PgException error = SqlErrors.serverError(failure);
    return error != null && SqlErrors.state(error).equals(CANCELLED);
  }

  private static CheckFailedException cancelled(
      Operation.Check check, Duration timeout, String where, RuntimeException failure) {
    return CheckFailedException.notRun(
        check.name(),
        "it ran longer than " + timeout.toMillis() + " ms" + where + " and was cancelled",
        failure);
  }

  private static RuntimeException notRun(
      Operation.Check check, Duration timeout, boolean isShort, RuntimeException failure) {
    if (isCancelled(failure)) {
      return cancelled(
          check,
          timeout,
          isShort ? " while applications waited for tables that get another schema" : "",
          failure);
    }
    RuntimeException translated = QueryRun.translate(failure, false, timeout);
    return translated instanceof QueryRefusedException
        ? CheckFailedException.notRun(check.name(), translated.getMessage(), failure)
        : translated;
  }
}
