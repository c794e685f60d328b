package dev.epoch.benchmarks;

import dev.epoch.qa.process.Database;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGStatement;

/** Queries over JDBC, whose answers are read to the end, column by column. */
public final class Sql {

  private static final int FETCH = 10_000;

  private Sql() {}

  /** A session that sends statements as psql does, in the simple protocol. */
  public static Connection simple(Database database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s?preferQueryMode=simple"
            .formatted(database.host(), database.port(), database.name()),
        database.user(),
        database.password());
  }

  /** A statement that is prepared on the server from its first use. */
  public static PreparedStatement prepare(Connection session, String sql) throws SQLException {
    PreparedStatement statement = session.prepareStatement(sql);
    statement.unwrap(PGStatement.class).setPrepareThreshold(1);
    return statement;
  }

  /** Runs a prepared query and returns the number of its rows. */
  public static long rows(PreparedStatement query, long... parameters) throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      query.setLong(i + 1, parameters[i]);
    }
    try (ResultSet result = query.executeQuery()) {
      return read(result);
    }
  }

  /** Runs a query and returns the number of its rows. */
  public static long rows(Connection session, String sql) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return read(result);
    }
  }

  /** Runs a query in a transaction with a cursor, and returns the number of its rows. */
  public static long stream(Connection session, String sql) throws SQLException {
    session.setAutoCommit(false);
    try (Statement statement = session.createStatement()) {
      statement.setFetchSize(FETCH);
      try (ResultSet result = statement.executeQuery(sql)) {
        return read(result);
      }
    } finally {
      session.rollback();
      session.setAutoCommit(true);
    }
  }

  private static long read(ResultSet result) throws SQLException {
    int columns = result.getMetaData().getColumnCount();
    long rows = 0;
    while (result.next()) {
      for (int i = 1; i <= columns; i++) {
        result.getString(i);
      }
      rows++;
    }
    return rows;
  }

  /** Fails unless a query had as many rows as it must have. */
  public static void expect(long expected, long rows) {
    if (rows != expected) {
      throw new AssertionError("Expected " + expected + " rows and got " + rows);
    }
  }
}
