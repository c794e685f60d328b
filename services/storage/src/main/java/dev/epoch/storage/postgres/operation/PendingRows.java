package dev.epoch.storage.postgres.operation;

import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.Candidates;
import dev.epoch.storage.postgres.state.JoinStrategy;
import dev.epoch.storage.postgres.state.WorkingSetSql;
import java.util.ArrayList;
import java.util.List;

/** Uncommitted rows that stand against an operation. */
final class PendingRows {
  private final Session session;

  PendingRows(Session session) {
    this.session = session;
  }

  /** What a merge writes, and what is repointed, has no uncommitted changes. */
  void requireNone(List<OperationTable> tables) {
    List<String> pending = new ArrayList<>();
    for (OperationTable table : tables) {
      if (!(table.operation() instanceof CommitWorkingSet)
          && table.workingSet() != null
          && hasPending(table)) {
        pending.add(table.handle().name());
      }
    }
    if (!pending.isEmpty()) {
      throw new PendingChangesException(pending);
    }
  }

  /** Whether there are net changes; entries without are dropped. */
  private boolean hasPending(OperationTable table) {
    Candidates touched = Candidates.uncommitted(table.columns(), table.working());
    if (JoinStrategy.choose(session, touched, table.handle().path()) == JoinStrategy.NONE) {
      return false;
    }
    WorkingSetSql sql = new WorkingSetSql(table.columns());
    long changed =
        session
            .first(
                sql.pending(WorkingSetSql.committed(table.working()), table.working()),
                row -> row.getLong(0) + row.getLong(1) + row.getLong(2))
            .orElseThrow();
    if (changed > 0) {
      return true;
    }
    if (table.overlay() != null) {
      sql.dropRedundant(table.overlay(), table.live(), table.placement().anchor())
          .forEach(session::run);
    }
    session.run("DELETE FROM " + table.workingSet());
    return false;
  }
}
