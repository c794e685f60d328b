package dev.epoch.qa.trial;

import dev.epoch.qa.process.Database;
import dev.epoch.qa.trial.Rows.Cells;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;

/** Writes as any application does: in a transaction of its own, straight into the database. */
final class SqlWriter {
  /** The connection, or the server behind it, is gone: 08, 57P01, 57P02, 57P03. */
  private static final Set<String> GONE = Set.of("57P01", "57P02", "57P03");

  /** Ask again: another transaction was in the way. */
  private static final Set<String> TRY_AGAIN = Set.of("40001", "40P01", "55P03");

  private final TrialWorld world;

  SqlWriter(TrialWorld world) {
    this.world = world;
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
    Database database = world.databaseOf(after.keySet().iterator().next().table());
    boolean committing = false;
    try (Connection connection = database.connect()) {
      connection.setAutoCommit(false);
      world.use(connection, branch);
      for (Map.Entry<RowId, Cells> change : after.entrySet()) {
        write(connection, change.getKey(), before.get(change.getKey()), change.getValue());
      }
      if (!commit) {
        connection.rollback();
        return End.ROLLED_BACK;
      }
      committing = true;
      connection.commit();
      return End.COMMITTED;
    } catch (SQLException failure) {
      String state = String.valueOf(failure.getSQLState());
      if (state.startsWith("08") || GONE.contains(state)) {
        return committing ? End.UNKNOWN : End.ROLLED_BACK;
      }
      if (TRY_AGAIN.contains(state)) {
        return End.ROLLED_BACK;
      }
      throw failure;
    }
  }

  private static void write(Connection connection, RowId row, Cells before, Cells after)
      throws SQLException {
    String sql =
        after == null
            ? "DELETE FROM %s WHERE id = ?"
            : before == null
                ? "INSERT INTO %s (a, b, c, id) VALUES (?, ?, ?, ?)"
                : "UPDATE %s SET a = ?, b = ?, c = ? WHERE id = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql.formatted(row.table()))) {
      int next = 1;
      if (after != null) {
        statement.setString(next++, after.a());
        statement.setString(next++, after.b());
        statement.setString(next++, after.c());
      }
      statement.setInt(next, row.id());
      int written = statement.executeUpdate();
      if (written != 1) {
        throw new AssertionError(sql + " of " + row + " touched " + written + " rows");
      }
    }
  }
}
