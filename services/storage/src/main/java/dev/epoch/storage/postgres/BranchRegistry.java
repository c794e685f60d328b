package dev.epoch.storage.postgres;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.BranchHandle;
import dev.epoch.storage.BranchTable;
import java.util.Map;

/** Tells a database of branches, for clients that connect to it themselves. */
final class BranchRegistry {
  private final Database database;
  private final LockRetries retries;

  BranchRegistry(Database database, LockRetries retries) {
    this.database = database;
    this.retries = retries;
  }

  /** See {@link dev.epoch.storage.StorageAdapter#putBranch}. */
  void put(BranchHandle branch, Map<String, BranchTable> tables) {
    retries.run(() ->
        database.write(session -> {
          session.run(retries.setting());
          EpochSchema.ensure(session);
          put(session, branch, tables);
          return null;
        }));
  }

  private static void put(Session session, BranchHandle branch, Map<String, BranchTable> tables) {
    session.list(
        "SELECT epoch.put_branch($1, $2, $3, $4)::text",
        row -> row,
        branch.id(),
        branch.repository(),
        branch.name(),
        branch.isDefault());
    session.list(
        "SELECT epoch.keep_branch_tables($1, $2)::text",
        row -> row,
        branch.id(),
        tables.keySet().toArray(String[]::new));
    tables.forEach((id, table) -> {
      RowsLocation head = table.head();
      session.list(
          "SELECT epoch.put_branch_table($1, $2, $3, $4, $5)::text",
          row -> row,
          branch.id(),
          id,
          head.anchor(),
          head.overlay(),
          head.overlayPosition());
    });
  }

  /** See {@link dev.epoch.storage.StorageAdapter#dropBranch}. */
  void drop(BranchHandle branch) {
    retries.run(() ->
        database.write(session -> {
          session.run(retries.setting());
          if (EpochSchema.exists(session)) {
            session.list("SELECT epoch.drop_branch($1)::text", row -> row, branch.id());
          }
          return null;
        }));
  }
}
