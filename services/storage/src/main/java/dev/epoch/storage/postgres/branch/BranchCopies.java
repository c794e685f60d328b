package dev.epoch.storage.postgres.branch;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchCopy;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchRead;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.postgres.catalog.EpochSchema;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * Copies of a branch's tables, for its sessions; see {@code copies.sql}.
 *
 * <p>A copy is filled while the branch is written, see {@code copy_fills.sql}, and read since a
 * later transaction. In between, everybody whose snapshot may be older is waited for, as {@code
 * CREATE INDEX CONCURRENTLY} does: such a snapshot sees the view that reads the copy, but none of
 * the copy's rows.
 */
public final class BranchCopies {
  private static final Duration PAUSE = Duration.ofMillis(20);

  /** Everybody but ourselves who has a transaction. */
  private static final String RUNNING =
      """
      SELECT virtualtransaction FROM pg_locks
      WHERE locktype = 'virtualxid' AND mode = 'ExclusiveLock' AND granted
        AND pid <> pg_backend_pid()
      """;

  private static final String OPENED =
      "SELECT repository, branch_id, table_id, copied, filled FROM epoch.branch_reads()";

  private final Database database;
  private final LockRetries retries;

  public BranchCopies(Database database, LockRetries retries) {
    this.database = database;
    this.retries = retries;
  }

  /** Copies these tables, by their ids, where there is no copy. */
  public List<BranchCopy> materialize(
      BranchHandle branch, Collection<String> tables, Duration patience) {
    List<String> ids = List.copyOf(tables);
    ids.forEach(id -> fill(branch, id, OptionalLong.empty()));
    return show(branch, ids, patience);
  }

  /** See {@link dev.epoch.storage.branch.Materialization#autoMaterialize}. */
  public Optional<BranchCopy> autoMaterialize(
      BranchHandle branch, TableHandle table, long mostBytes, Duration patience) {
    fill(branch, table.id(), OptionalLong.of(mostBytes));
    return show(branch, List.of(table.id()), patience).stream().findFirst();
  }

  private List<BranchCopy> show(BranchHandle branch, List<String> ids, Duration patience) {
    List<BranchCopy> copies = copies(branch, ids);
    if (copies.stream().allMatch(BranchCopy::inUse) || !waitForOlderSnapshots(patience)) {
      return copies;
    }
    for (String id : ids) {
      retries.run(() ->
          database.write(session -> {
            session.run(retries.setting());
            return session.list(
                "SELECT epoch.show_copy($1, $2)::text", row -> row, branch.id(), id);
          }));
    }
    return copies(branch, ids);
  }

  private List<BranchCopy> copies(BranchHandle branch, List<String> tables) {
    return copies(branch).stream().filter(copy -> tables.contains(copy.tableId())).toList();
  }

  /** Tables that were changed on the branch. */
  List<String> changed(BranchHandle branch) {
    return database.read(session ->
        session.list(
            "SELECT table_id FROM epoch.branch_tables WHERE branch_id = $1 AND has_overlay"
                + " ORDER BY table_id",
            row -> row.getString(0),
            branch.id()));
  }

  /**
   * Makes the copy if there is none.
   *
   * @param mostBytes of copies that nobody asks for; empty if somebody does
   */
  void fill(BranchHandle branch, String table, OptionalLong mostBytes) {
    Optional<UUID> token =
        retries.run(() -> database.write(session -> begin(session, branch, table, mostBytes)));
    if (token.isEmpty()) {
      return;
    }
    Optional<Long> anchor =
        database
            .writeInSnapshot(session ->
                session.first(
                    "SELECT epoch.load_copy($1, $2, $3)",
                    row -> Optional.ofNullable(row.getLong(0)),
                    branch.id(),
                    table,
                    token.get()))
            .flatMap(loaded -> loaded);
    boolean filled =
        anchor.isPresent()
            && retries.run(() ->
                database.write(session -> {
                  session.run(retries.setting());
                  return session
                      .first(
                          "SELECT epoch.finish_copy($1, $2, $3, $4)",
                          row -> row.getBoolean(0),
                          branch.id(),
                          table,
                          token.get(),
                          anchor.get())
                      .orElseThrow();
                }));
    if (filled) {
      vacuum(branch, table);
    }
  }

  /** The token of the run; empty if there is, or may be, none. */
  private Optional<UUID> begin(
      Session session, BranchHandle branch, String table, OptionalLong mostBytes) {
    session.run(retries.setting());
    EpochSchema.ensure(session);
    session
        .first(
            "SELECT 1 FROM epoch.branch_tables WHERE branch_id = $1 AND table_id = $2",
            row -> row,
            branch.id(),
            table)
        .orElseThrow(() ->
            StorageUnavailableException.untold(
                "Branch " + branch.name() + " has no such table", null));
    if (mostBytes.isPresent() && !may(session, branch, table, mostBytes.getAsLong())) {
      return Optional.empty();
    }
    session.list("SELECT epoch.ensure_overlay($1, $2)::text", row -> row, branch.id(), table);
    return session
        .first(
            "SELECT epoch.begin_copy($1, $2, $3)",
            row -> Optional.ofNullable(row.getUUID(0)),
            branch.id(),
            table,
            mostBytes.isPresent())
        .flatMap(token -> token);
  }

  private static boolean may(Session session, BranchHandle branch, String table, long mostBytes) {
    return session
        .first(
            "SELECT epoch.may_copy_automatically($1, $2, $3)",
            row -> row.getBoolean(0),
            branch.id(),
            table,
            mostBytes)
        .orElse(false);
  }

  /** See {@link dev.epoch.storage.branch.Materialization#reads}. */
  public List<BranchRead> reads() {
    List<Opened> opened =
        database.ask(
            session -> EpochSchema.exists(session) ? session.list(OPENED, Opened::of) : List.of());
    for (Opened one : opened) {
      if (one.filled()) {
        database.write(session ->
            session.list(
                "SELECT epoch.note_copy_read($1, $2)::text",
                row -> row,
                one.read().branchId(),
                one.read().tableId()));
      }
    }
    return opened.stream().map(Opened::read).toList();
  }

  /**
   * A table that is being read.
   *
   * @param filled whether it has a copy, which is perhaps not what is read
   */
  private record Opened(BranchRead read, boolean filled) {
    static Opened of(Row row) {
      return new Opened(
          new BranchRead(row.getString(0), row.getString(1), row.getString(2), row.getBoolean(3)),
          row.getBoolean(4));
    }
  }

  /** See {@link dev.epoch.storage.branch.Materialization#dropIdle}. */
  public void dropIdle(Duration idle) {
    retries.run(() ->
        database.write(session -> {
          session.run(retries.setting());
          return EpochSchema.exists(session)
              ? session.list(
                  """
                  SELECT epoch.drop_idle_copy(branch_id, table_id, make_interval(secs => $1))::text
                  FROM epoch.branch_tables WHERE copy_automatic OR open_automatic ORDER BY branch_id, table_id
                  """,
                  row -> row,
                  (double) idle.toSeconds())
              : List.of();
        }));
  }

  /** Rows that everybody sees are read without a look at who wrote them. */
  private void vacuum(BranchHandle branch, String table) {
    database.alone(session -> {
      String copy =
          session
              .first(
                  "SELECT epoch.object_of('m', $1, $2)",
                  row -> row.getString(0),
                  table,
                  branch.id())
              .orElseThrow();
      session.run("VACUUM " + Quote.qualified("epoch", copy));
    });
  }

  /** Whether every transaction has ended that runs now. */
  boolean waitForOlderSnapshots(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    List<String> older = database.ask(BranchCopies::running);
    while (!older.isEmpty()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      LockSupport.parkNanos(PAUSE.toNanos());
      List<String> left = new ArrayList<>(older);
      left.retainAll(database.ask(BranchCopies::running));
      older = left;
    }
    return true;
  }

  private static List<String> running(Session session) {
    return session.list(RUNNING, row -> row.getString(0));
  }

  /** See {@link dev.epoch.storage.branch.Materialization#dematerialize}. */
  public void drop(BranchHandle branch, Collection<TableHandle> tables) {
    retries.run(() ->
        database.write(session -> {
          session.run(retries.setting());
          if (!EpochSchema.exists(session)) {
            return null;
          }
          return session.list(
              """
              SELECT epoch.refuse_copy(branch_id, table_id)::text FROM epoch.branch_tables
              WHERE branch_id = $1 AND (cardinality($2::text[]) = 0 OR table_id = ANY ($2))
              ORDER BY table_id
              """,
              row -> row,
              branch.id(),
              tables.stream().map(TableHandle::id).toArray(String[]::new));
        }));
  }

  /** See {@link dev.epoch.storage.branch.Materialization#copies}. */
  public List<BranchCopy> copies(BranchHandle branch) {
    return database.read(session ->
        EpochSchema.exists(session)
            ? session.list(
                """
                SELECT t.table_id, greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid),
                  t.copy_shown, t.copy_automatic
                FROM epoch.branch_tables AS t
                JOIN pg_class AS c ON c.oid =
                  to_regclass(format('epoch.%I', epoch.object_of('m', t.table_id, t.branch_id)))
                WHERE t.branch_id = $1 AND t.has_copy
                ORDER BY t.table_id
                """,
                row ->
                    new BranchCopy(
                        row.getString(0),
                        row.getLong(1),
                        row.getLong(2),
                        row.getBoolean(3),
                        row.getBoolean(4)),
                branch.id())
            : List.of());
  }
}
