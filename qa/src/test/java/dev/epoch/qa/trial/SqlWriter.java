package dev.epoch.qa.trial;

import dev.epoch.qa.process.Database;
import dev.epoch.qa.trial.Rows.Cells;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes as any application does: in a transaction of its own, straight into the database. */
final class SqlWriter {
  /** The connection, or the server behind it, is gone: 08, 57P01, 57P02, 57P03. */
  private static final Set<String> GONE = Set.of("57P01", "57P02", "57P03");

  /** Ask again: another transaction was in the way. */
  private static final Set<String> TRY_AGAIN = Set.of("40001", "40P01", "55P03");

  /** No such branch: a database that was away is told of a new branch when it is back. */
  private static final String NOT_YET = "42704";

  /** SQLITE_BUSY: another one writes. */
  private static final int FILE_IS_BUSY = 5;

  private final TrialWorld world;

  SqlWriter(TrialWorld world) {
    this.world = world;
  }

  /** Whether a session can point to a branch of a table. */
  boolean hasSessions(String table) {
    return !world.isInFile(table);
  }

  /** How a transaction ended. */
  enum End {
    COMMITTED,
    ROLLED_BACK,
    UNKNOWN
  }

  /**
   * Writes rows of one database in one transaction.
   *
   * @param before what is there
   * @param after by row, null to delete it
   */
  End write(String branch, Rows before, Map<RowId, Cells> after, boolean commit)
      throws SQLException {
    String table = after.keySet().iterator().next().table();
    return run(branch, table, List.of(), before, after, commit);
  }

  /**
   * Alters a table of a branch and writes rows of it in one transaction.
   *
   * @param altered what is there then
   * @param after by row, null to delete it
   */
  End alter(
      String branch,
      String table,
      List<String> statements,
      Rows altered,
      Map<RowId, Cells> after,
      boolean commit)
      throws SQLException {
    List<String> all = new ArrayList<>(statements);
    all.addFirst("SELECT epoch.open_table('" + table + "')");
    return run(branch, table, all, altered, after, commit);
  }

  /** Runs a statement on a branch in one transaction, in the database of a table. */
  End run(String branch, String table, String statement, boolean commit) throws SQLException {
    return run(branch, table, List.of(statement), Rows.NONE, Map.of(), commit);
  }

  private End run(
      String branch,
      String table,
      List<String> statements,
      Rows before,
      Map<RowId, Cells> after,
      boolean commit)
      throws SQLException {
    boolean committing = false;
    try (Connection connection = world.connect(table)) {
      connection.setAutoCommit(false);
      world.use(connection, branch);
      Database.execute(connection, statements.toArray(String[]::new));
      for (Map.Entry<RowId, Cells> change : after.entrySet()) {
        write(connection, before, change.getKey(), change.getValue());
      }
      if (!commit) {
        connection.rollback();
        return End.ROLLED_BACK;
      }
      committing = true;
      connection.commit();
      return End.COMMITTED;
    } catch (SQLException failure) {
      if (world.isInFile(table) && (failure.getErrorCode() & 0xff) == FILE_IS_BUSY) {
        return End.ROLLED_BACK;
      }
      String state = String.valueOf(failure.getSQLState());
      if (state.startsWith("08") || GONE.contains(state)) {
        return committing ? End.UNKNOWN : End.ROLLED_BACK;
      }
      if (TRY_AGAIN.contains(state) || NOT_YET.equals(state)) {
        return End.ROLLED_BACK;
      }
      throw failure;
    }
  }

  private static void write(Connection connection, Rows before, RowId row, Cells after)
      throws SQLException {
    Map<String, String> names = Shape.written(before.shape(row.table())).values();
    String sql;
    if (after == null) {
      sql = "DELETE FROM %s WHERE id = ?".formatted(row.table());
    } else if (before.get(row) == null) {
      sql =
          "INSERT INTO %s (%s, id) VALUES (%s?)"
              .formatted(
                  row.table(), String.join(", ", names.values()), "?, ".repeat(names.size()));
    } else {
      sql =
          "UPDATE %s SET %s = ? WHERE id = ?"
              .formatted(row.table(), String.join(" = ?, ", names.values()));
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int next = 1;
      if (after != null) {
        for (String column : names.keySet()) {
          statement.setString(next++, after.get(column));
        }
      }
      statement.setInt(next, row.id());
      int written = statement.executeUpdate();
      if (written != 1) {
        throw new AssertionError(sql + " of " + row + " touched " + written + " rows");
      }
    }
  }
}
