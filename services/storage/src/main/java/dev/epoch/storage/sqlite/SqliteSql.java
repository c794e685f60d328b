package dev.epoch.storage.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Statements on a connection; errors are {@link dev.epoch.storage.error.StorageException}s. */
record SqliteSql(Connection connection, SqliteDialect dialect) {
  /** Reads a row. */
  interface Reading<T> {
    T read(ResultSet row) throws SQLException;
  }

  void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw dialect.translate(e, sql);
    }
  }

  int update(String sql, Object... parameters) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw dialect.translate(e, sql);
    }
  }

  <T> List<T> all(String sql, Reading<T> reading, Object... parameters) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      List<T> all = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(reading.read(row));
        }
      }
      return all;
    } catch (SQLException e) {
      throw dialect.translate(e, sql);
    }
  }

  long number(String sql, Object... parameters) {
    List<Long> all = all(sql, row -> row.getLong(1), parameters);
    return all.isEmpty() ? 0 : all.getFirst();
  }

  boolean hasTable(String name) {
    return number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?", name) > 0;
  }
}
