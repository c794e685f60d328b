package dev.epoch.storage.sqlite;

import dev.epoch.events.table.DataType.Kind;
import dev.epoch.model.row.Row;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.relational.LiveColumn;
import dev.epoch.storage.relational.LiveTable;
import dev.epoch.storage.relational.RowShaper;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A table like the live one, in memory, that each row passes through: SQLite itself converts,
 * computes and checks.
 */
final class SqliteRowShaper implements RowShaper {
  private final LiveTable table;
  private final String name;
  private Connection memory;

  SqliteRowShaper(LiveTable table) {
    this.table = table;
    this.name = SqliteDialect.quoted(table.path().table());
  }

  private Connection memory() throws SQLException {
    if (memory == null) {
      memory = DriverManager.getConnection("jdbc:sqlite::memory:");
      try (Statement statement = memory.createStatement()) {
        statement.execute("PRAGMA foreign_keys = OFF");
        statement.execute(table.definition());
      }
    }
    return memory;
  }

  @Override
  public Row shape(Row before, Map<String, String> given) {
    try {
      Connection connection = memory();
      try (Statement statement = connection.createStatement()) {
        statement.execute("DELETE FROM " + name);
      }
      if (before == null) {
        insert(connection, given);
      } else {
        Map<String, String> all = new java.util.LinkedHashMap<>();
        for (int i = 0; i < table.columns().size(); i++) {
          LiveColumn column = table.columns().get(i);
          if (column.generated() == null && i < before.size()) {
            all.put(column.name(), before.get(i));
          }
        }
        insertUnchecked(connection, all);
        update(connection, given);
      }
      return read(connection);
    } catch (SQLException e) {
      throw new StorageException(SqliteDialect.message(e), null, e);
    }
  }

  /** The row as it is may be one that the table would refuse: its checks came later. */
  private void insertUnchecked(Connection connection, Map<String, String> values)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA ignore_check_constraints = ON");
      insert(connection, values);
      statement.execute("PRAGMA ignore_check_constraints = OFF");
    }
  }

  private void insert(Connection connection, Map<String, String> values) throws SQLException {
    List<String> columns = new ArrayList<>(values.keySet());
    String sql =
        "INSERT INTO %s (%s) VALUES (%s)"
            .formatted(
                name,
                columns.stream().map(SqliteDialect::quoted).collect(Collectors.joining(", ")),
                columns.stream().map(_ -> "?").collect(Collectors.joining(", ")));
    run(connection, sql, columns, values);
  }

  private void update(Connection connection, Map<String, String> values) throws SQLException {
    List<String> columns = new ArrayList<>(values.keySet());
    String sql =
        "UPDATE %s SET %s"
            .formatted(
                name,
                columns.stream()
                    .map(column -> SqliteDialect.quoted(column) + " = ?")
                    .collect(Collectors.joining(", ")));
    run(connection, sql, columns, values);
  }

  private void run(
      Connection connection, String sql, List<String> columns, Map<String, String> values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < columns.size(); i++) {
        Kind kind = table.column(columns.get(i)).type().base().kind();
        statement.setObject(i + 1, SqliteValue.value(kind, values.get(columns.get(i))));
      }
      statement.executeUpdate();
    }
  }

  private Row read(Connection connection) throws SQLException {
    String sql =
        "SELECT %s FROM %s"
            .formatted(
                table.columns().stream()
                    .map(column -> SqliteDialect.quoted(column.name()))
                    .collect(Collectors.joining(", ")),
                name);
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      String[] values = new String[table.columns().size()];
      for (int i = 0; i < values.length; i++) {
        Kind kind = table.columns().get(i).type().base().kind();
        values[i] = SqliteValue.text(kind, row.getObject(i + 1));
      }
      return Row.of(values);
    }
  }

  @Override
  public void close() {
    if (memory != null) {
      try {
        memory.close();
      } catch (SQLException e) {
        throw new StorageException("A database in memory cannot be closed", null, e);
      }
    }
  }
}
