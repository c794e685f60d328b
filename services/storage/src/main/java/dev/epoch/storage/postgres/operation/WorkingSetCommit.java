package dev.epoch.storage.postgres.operation;

import dev.epoch.model.row.RowChange;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.Candidates;
import dev.epoch.storage.postgres.state.JoinStrategy;
import dev.epoch.storage.postgres.state.RowMapping;
import dev.epoch.storage.postgres.state.WorkingSetSql;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;

/** Moves the working set of a table to its history, in a transaction that holds its lock. */
final class WorkingSetCommit {
  /** Columns of the answer in front of those of a changed row. */
  private static final int COUNTS = 3;

  private final Session session;
  private final OperationTable table;
  private final WorkingSetSql sql;
  private final long position;
  private final List<String> kept;

  /**
   * @param position of the operation
   * @param kept conditions of images, w, that are kept although rows are what they were
   */
  WorkingSetCommit(Session session, OperationTable table, long position, List<String> kept) {
    this.kept = kept;
    this.session = session;
    this.table = table;
    this.sql = new WorkingSetSql(table.columns());
    this.position = position;
  }

  /**
   * What was moved.
   *
   * @param changed number of keys whose entry is another than in the last commit
   * @param tellsAll false if the rows that changed are many or large: none is told then
   * @param rows that changed; fewer than keys where entries differ and their rows do not
   */
  record Moved(long changed, boolean tellsAll, List<RowChange> rows) {}

  /** On the default branch. */
  Moved live() {
    return moved(session.list(sql.commitLive(table.live(), kept), row -> row, position));
  }

  /** On the default branch, where many rows were written. */
  Moved manyLive() {
    JoinStrategy.MANY.set(session);
    long changed =
        session
            .script(
                "SET LOCAL enable_bitmapscan = off; "
                    + sql.commitManyLive(table.live(), kept, position))
            .iterator()
            .next()
            .getLong(0);
    JoinStrategy.PLANNER.set(session);
    session.run(OperationAttempt.KEYED_PLANS);
    return new Moved(changed, false, List.of());
  }

  /** On another branch; takes redundant entries out of the overlay first. */
  Moved overlay() {
    long anchor = table.placement().anchor();
    String commit = sql.commitOverlay(table.overlay(), table.live(), anchor);
    List<Row> answer = session.list(commit, row -> row, position, anchor);
    if (answer.getFirst().getLong(1) > 0) {
      JoinStrategy.choose(
          session, Candidates.uncommitted(table.columns(), table.working()), table.handle().path());
      sql.dropRedundant(table.overlay(), table.live(), anchor).forEach(session::run);
      answer = session.list(commit, row -> row, position, anchor);
    }
    return moved(answer);
  }

  private Moved moved(List<Row> answer) {
    List<RowChange> told = new ArrayList<>();
    for (Row row : answer) {
      if (row.getValue(COUNTS) != null) {
        told.add(RowMapping.change(row, COUNTS, table.columns()));
      }
    }
    Row first = answer.getFirst();
    return new Moved(first.getLong(0), first.getBoolean(2), told);
  }
}
