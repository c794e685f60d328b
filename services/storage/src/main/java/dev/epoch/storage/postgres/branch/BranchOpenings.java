package dev.epoch.storage.postgres.branch;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchCopy;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.OpenedTables;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.postgres.catalog.EpochSchema;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Opens and closes tables of branches; see {@code open_tables.sql}. Each is a transaction. */
public final class BranchOpenings {
  private static final String TABLES =
      """
      SELECT p.table_id, c.oid IS NOT NULL, p.open_refused, coalesce(greatest(c.reltuples, 0), 0)::bigint,
        coalesce(pg_total_relation_size(c.oid), 0), p.open_automatic
      FROM epoch.branch_tables AS p
      LEFT JOIN pg_class AS c ON c.oid = to_regclass(p.open_relation)
      WHERE p.branch_id = $1
      ORDER BY p.table_id\
      """;

  /** With transactions that are older than what is filled. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final String IN_USE =
      """
      SELECT p.table_id
      FROM epoch.branch_tables AS p
      JOIN epoch.branches AS b ON b.branch_id = p.branch_id
      WHERE p.branch_id = $1 AND p.table_id = ANY ($2) AND p.open_relation IS NULL
        AND b.changed_schema IS NOT NULL AND NOT b.schema_only AND epoch.why_not_open(p.table_id) IS NULL AND p.definition IS NULL
      ORDER BY p.table_id\
      """;

  private static final String RELATIONS =
      """
      SELECT open_relation FROM epoch.branch_tables
      WHERE branch_id = $1 AND open_relation IS NOT NULL
      ORDER BY open_relation\
      """;

  private final Database database;
  private final LockRetries retries;
  private final BranchCopies copies;

  public BranchOpenings(Database database, LockRetries retries, BranchCopies copies) {
    this.database = database;
    this.retries = retries;
    this.copies = copies;
  }

  /**
   * See {@link dev.epoch.storage.branch.Materialization#materialize}: opens what can be open, and
   * copies the rest.
   */
  public List<BranchCopy> materialize(
      BranchHandle branch, Collection<TableHandle> tables, Duration patience) {
    List<String> wanted =
        tables.isEmpty() ? copies.changed(branch) : tables.stream().map(TableHandle::id).toList();
    List<String> openable = openable(branch, wanted);
    try {
      openAll(branch, openable, patience);
    } catch (BusyException older) {
      // they are filled, and will be open when this is repeated
    }
    copies.materialize(
        branch, wanted.stream().filter(id -> !openable.contains(id)).toList(), patience);
    return materialized(branch).stream().filter(table -> wanted.contains(table.tableId())).toList();
  }

  /** See {@link dev.epoch.storage.branch.Materialization#autoMaterialize}. */
  public Optional<BranchCopy> autoMaterialize(
      BranchHandle branch, TableHandle table, long mostBytes, Duration patience) {
    if (openable(branch, List.of(table.id())).isEmpty()) {
      return copies.autoMaterialize(branch, table, mostBytes, patience);
    }
    copies.fill(branch, table.id(), OptionalLong.of(mostBytes));
    boolean filled =
        copies.copies(branch).stream().anyMatch(copy -> copy.tableId().equals(table.id()));
    if (filled && copies.waitForOlderSnapshots(patience)) {
      inTransaction("SELECT epoch.open_branch_table($1, $2)", branch.id(), table.id());
      inTransaction("SELECT epoch.link_open_tables($1)::text", branch.id());
    }
    return materialized(branch).stream()
        .filter(made -> made.tableId().equals(table.id()))
        .findFirst();
  }

  private List<String> openable(BranchHandle branch, List<String> tables) {
    return database.read(session ->
        EpochSchema.exists(session)
            ? session.list(
                "SELECT id FROM unnest($1::text[]) AS t (id) WHERE epoch.why_not_open(id) IS NULL",
                row -> row.getString(0),
                (Object) tables.toArray(String[]::new))
            : List.of());
  }

  /**
   * Those that sessions may have found as views. Transactions whose snapshot is older than the rows
   * of an open table would see none: such a table is filled, and waited for, before it is shown.
   */
  private List<String> inUse(BranchHandle branch, List<String> tables) {
    return database.read(session ->
        EpochSchema.exists(session)
            ? session.list(
                IN_USE, row -> row.getString(0), branch.id(), tables.toArray(String[]::new))
            : List.of());
  }

  /** See {@link dev.epoch.storage.branch.Materialization#copies}. */
  public List<BranchCopy> materialized(BranchHandle branch) {
    return Stream.concat(
            opened(branch).tables().stream()
                .filter(OpenedTables.Table::open)
                .map(t -> new BranchCopy(t.tableId(), t.rows(), t.bytes(), true, t.automatic())),
            copies.copies(branch).stream())
        .sorted(Comparator.comparing(BranchCopy::tableId))
        .toList();
  }

  /** See {@link dev.epoch.storage.branch.Materialization#dematerialize}. */
  public void dematerialize(BranchHandle branch, Collection<TableHandle> tables) {
    close(branch, tables);
    copies.drop(branch, tables);
  }

  /** See {@link dev.epoch.storage.branch.OpenBranchTables#open}. */
  public OpenedTables open(BranchHandle branch, Collection<TableHandle> tables) {
    List<String> ids =
        tables.isEmpty()
            ? opened(branch).tables().stream().map(OpenedTables.Table::tableId).toList()
            : tables.stream().map(TableHandle::id).toList();
    return openAll(branch, ids, PATIENCE);
  }

  private OpenedTables openAll(BranchHandle branch, List<String> tables, Duration patience) {
    if (tables.isEmpty()) {
      return opened(branch);
    }
    List<String> before = relations(branch);
    List<String> prepared = inUse(branch, tables);
    prepared.forEach(id -> copies.fill(branch, id, OptionalLong.empty()));
    if (!prepared.isEmpty() && !copies.waitForOlderSnapshots(patience)) {
      throw new BusyException(
          "Transactions are at work that are older than the opening", "Try again when they ended");
    }
    for (String id : tables) {
      inTransaction(
          "SELECT epoch.want_open($1, $2)::text, epoch.open_branch_table($1, $2)", branch.id(), id);
    }
    inTransaction("SELECT epoch.link_open_tables($1)::text", branch.id());
    for (String relation : relations(branch)) {
      if (!before.contains(relation)) {
        // rows that everybody sees are read without a look at who wrote them
        database.alone(session -> session.run("VACUUM (ANALYZE) " + relation));
      }
    }
    return opened(branch);
  }

  private List<String> relations(BranchHandle branch) {
    return database.read(session ->
        EpochSchema.exists(session)
            ? session.list(RELATIONS, row -> row.getString(0), branch.id())
            : List.of());
  }

  /** See {@link dev.epoch.storage.branch.OpenBranchTables#close}. */
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

  /** See {@link dev.epoch.storage.branch.OpenBranchTables#opened}. */
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
                row.getLong(4),
                row.getBoolean(5)),
        branch.id());
  }
}
