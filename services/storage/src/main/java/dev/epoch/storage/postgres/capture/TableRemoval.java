package dev.epoch.storage.postgres.capture;

import dev.epoch.storage.Removal;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.PrivilegeException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.postgres.catalog.EpochSchema;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Ends the capture of a table, and keeps apart what commits read of it. */
public final class TableRemoval {
  /** Whether a table has net uncommitted changes on a branch. */
  public interface Work {
    boolean isPending(Session session, BranchHandle branch, TableHandle table);
  }

  private final Database database;
  private final LockRetries retries;
  private final Work work;

  public TableRemoval(Database database, LockRetries retries, Work work) {
    this.database = database;
    this.retries = retries;
    this.work = work;
  }

  /**
   * See {@link dev.epoch.storage.StorageAdapter#remove}. In two transactions: the rows that commits
   * read are copied beside the writers of the table, then everything else happens at once.
   */
  public void remove(TableHandle table, Removal how) {
    try {
      boolean done = false;
      while (!done) {
        boolean keep = how.keep() && retries.run(() -> fill(table));
        done = retries.run(() -> removed(table, how, keep));
      }
    } catch (StorageUnavailableException | OutcomeUnknownException later) {
      throw later;
    } catch (StorageException refused) {
      if (how.keep()) {
        drop(table, refused);
      }
      throw refused;
    }
  }

  /** Whether there is something to keep; does nothing if that was done before. */
  private boolean fill(TableHandle table) {
    return database.write(session -> {
      session.run(retries.setting());
      if (!EpochSchema.exists(session)) {
        return false;
      }
      EpochSchema.ensure(session);
      requireKept(session, table);
      return !session
          .list(
              """
              SELECT epoch.fill_archive(table_id)::text FROM epoch.tables WHERE table_id = $1
              """,
              row -> row,
              table.id())
          .isEmpty();
    });
  }

  private static void requireKept(Session session, TableHandle table) {
    String obstacle =
        session
            .list("SELECT epoch.archive_obstacle($1)", row -> row.getString(0), table.id())
            .getFirst();
    if (obstacle != null) {
      throw new TableChangedException(
          "What commits read of "
              + table.path()
              + " cannot be kept, for it is not the table that was registered: "
              + obstacle,
          "Undo the change, or remove it with its history: epoch table remove --purge "
              + table.name());
    }
  }

  /** Whether it is done; if not, the table was committed since its rows were copied. */
  private boolean removed(TableHandle table, Removal how, boolean keep) {
    return database.write(session -> {
      session.run(retries.setting());
      if (EpochSchema.exists(session)) {
        EpochSchema.ensure(session);
        session.list("SELECT epoch.lock_for_removal($1)::text", row -> row, table.id());
        if (!how.force()) {
          requireCommitted(session, table);
        }
        if (keep && !isCurrent(session, table)) {
          return false;
        }
        if (!how.keep() || keep) {
          session.list("SELECT epoch.remove_table($1, $2)::text", row -> row, table.id(), keep);
        }
      }
      return true;
    });
  }

  private static boolean isCurrent(Session session, TableHandle table) {
    return session
        .list(
            """
            SELECT epoch.end_of_history(a.table_id) = a.history_end
            FROM epoch.archives AS a JOIN epoch.tables AS t ON t.table_id = a.table_id
            WHERE a.table_id = $1
            """,
            row -> row.getBoolean(0),
            table.id())
        .equals(List.of(true));
  }

  /** Where nobody can write the table any more, all that was written before shows. */
  private void requireCommitted(Session session, TableHandle table) {
    List<String> branches = new ArrayList<>();
    for (BranchHandle branch :
        session.list(
            """
            SELECT b.branch_id, b.name, b.is_default
            FROM epoch.branch_tables AS t
            JOIN epoch.branches AS b ON b.branch_id = t.branch_id
            WHERE t.table_id = $1 AND NOT b.dropped
              AND (b.is_default OR b.branch_id IN (SELECT epoch.branches_at_work($1)))
            ORDER BY b.name
            """,
            row ->
                new BranchHandle(
                    table.repository(), row.getString(0), row.getString(1), row.getBoolean(2)),
            table.id())) {
      if (work.isPending(session, branch, table)) {
        branches.add(branch.name());
      }
    }
    if (!branches.isEmpty()) {
      throw new PendingChangesException(table.name(), branches);
    }
  }

  /** Drops what was copied for nothing. */
  private void drop(TableHandle table, StorageException refused) {
    try {
      database.writeOnly(session -> {
        session.run(retries.setting());
        if (EpochSchema.exists(session)) {
          session.list(
              "SELECT epoch.drop_archive(table_id)::text FROM epoch.archives"
                  + " WHERE table_id = $1 AND NOT complete",
              row -> row,
              table.id());
        }
      });
    } catch (StorageException e) {
      // the next removal of the table copies them anew
      refused.addSuppressed(e);
    }
  }

  /** See {@link dev.epoch.storage.StorageAdapter#reclaimTables}. */
  public List<String> reclaim(String repository, Set<String> kept, boolean dryRun) {
    return retries.run(() ->
        database.write(session -> {
          session.run(retries.setting());
          if (!EpochSchema.exists(session)) {
            return List.<String>of();
          }
          EpochSchema.ensure(session);
          List<String> tables =
              session.list(
                  """
                  SELECT table_id FROM epoch.archives
                  WHERE repository = $1 AND complete AND table_id <> ALL ($2::text[])
                  ORDER BY table_id
                  """,
                  row -> row.getString(0),
                  repository,
                  kept.toArray(String[]::new));
          if (!dryRun) {
            tables.forEach(
                table -> session.list("SELECT epoch.drop_archive($1)::text", row -> row, table));
          }
          return tables;
        }));
  }

  /** See {@link dev.epoch.storage.StorageAdapter#requireRemovable}. */
  public void requireRemovable(TableHandle table, Removal how) {
    database.writeOnly(session -> {
      if (EpochSchema.exists(session)) {
        EpochSchema.ensure(session);
        requirePrivileges(session, table);
        if (!how.force()) {
          requireCommitted(session, table);
        }
        if (how.keep()) {
          requireKept(session, table);
        }
      }
    });
  }

  private static void requirePrivileges(Session session, TableHandle table) {
    List<Map.Entry<String, String>> missing =
        session.list(
            """
            SELECT relation, privileges, quote_ident(current_user) AS role
            FROM epoch.missing_to_remove($1)
            """,
            row ->
                Map.entry(
                    "%s on %s".formatted(row.getString("privileges"), row.getString("relation")),
                    "GRANT %s ON %s TO %s"
                        .formatted(
                            row.getString("privileges"),
                            row.getString("relation"),
                            row.getString("role"))),
            table.id());
    if (!missing.isEmpty()) {
      throw new PrivilegeException(
          "The role lacks, to stop versioning %s: %s"
              .formatted(
                  table.path(),
                  missing.stream().map(Map.Entry::getKey).collect(Collectors.joining("; "))),
          missing.stream().map(Map.Entry::getValue).collect(Collectors.joining("; ")),
          null);
    }
  }
}
