package dev.epoch.storage.postgres.branch;

import dev.epoch.storage.BranchHandle;
import dev.epoch.storage.OpenedTables;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.postgres.catalog.EpochSchema;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import java.util.Collection;
import java.util.List;

/** Opens and closes tables of branches; see {@code open_tables.sql}. Each is a transaction. */
public final class BranchOpenings {
  private static final String TABLES =
      """
      SELECT p.table_id, c.oid IS NOT NULL, p.open_refused, coalesce(greatest(c.reltuples, 0), 0)::bigint,
        coalesce(pg_total_relation_size(c.oid), 0)
      FROM epoch.branch_tables AS p
      LEFT JOIN pg_class AS c ON c.oid = to_regclass(p.open_relation)
      WHERE p.branch_id = $1
      ORDER BY p.table_id\
      """;

  private final Database database;
  private final LockRetries retries;

  public BranchOpenings(Database database, LockRetries retries) {
    this.database = database;
    this.retries = retries;
  }

  /** See {@link dev.epoch.storage.OpenBranchTables#open}. */
  public OpenedTables open(BranchHandle branch, Collection<TableHandle> tables) {
    List<String> ids =
        tables.isEmpty()
            ? opened(branch).tables().stream().map(OpenedTables.Table::tableId).toList()
            : tables.stream().map(TableHandle::id).toList();
    for (String id : ids) {
      inTransaction(
          "SELECT epoch.want_open($1, $2)::text, epoch.open_branch_table($1, $2)", branch.id(), id);
    }
    if (!ids.isEmpty()) {
      inTransaction("SELECT epoch.link_open_tables($1)::text", branch.id());
    }
    return opened(branch);
  }

  /** See {@link dev.epoch.storage.OpenBranchTables#close}. */
  public void close(BranchHandle branch, Collection<TableHandle> tables) {
    inTransaction(
        """
        SELECT epoch.refuse_open(branch_id, table_id)::text FROM epoch.branch_tables
        WHERE branch_id = $1 AND (cardinality($2::text[]) = 0 OR table_id = ANY ($2))
        ORDER BY table_id
        """,
        branch.id(),
        tables.stream().map(TableHandle::id).toArray(String[]::new));
  }

  private void inTransaction(String call, Object... parameters) {
    retries.run(() ->
        database.write(session -> {
          session.run(retries.setting());
          EpochSchema.ensure(session);
          return session.list(call, row -> row, parameters);
        }));
  }

  /** See {@link dev.epoch.storage.OpenBranchTables#opened}. */
  public OpenedTables opened(BranchHandle branch) {
    return database.read(session ->
        EpochSchema.exists(session)
            ? new OpenedTables(
                tables(session, branch),
                session.list(
                    "SELECT epoch.unchecked_references($1)", row -> row.getString(0), branch.id()))
            : new OpenedTables(List.of(), List.of()));
  }

  private static List<OpenedTables.Table> tables(Session session, BranchHandle branch) {
    return session.list(
        TABLES,
        row ->
            new OpenedTables.Table(
                row.getString(0),
                row.getBoolean(1),
                row.getString(2),
                row.getLong(3),
                row.getLong(4)),
        branch.id());
  }
}
