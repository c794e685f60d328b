package dev.epoch.storage.relational;

import dev.epoch.events.table.DataType;
import dev.epoch.model.row.Row;
import dev.epoch.storage.error.StorageException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A table like the live one, which nobody else sees, that each row passes through: the database
 * itself converts, computes and checks.
 */
public abstract class ShapingTable implements RowShaper {
  protected final LiveTable table;
  private final Dialect dialect;
  private final ColumnCodec codec;
  private final String name;
  private Connection connection;

  /**
   * @param table the live one
   * @param name of the other, quoted
   */
  protected ShapingTable(LiveTable table, Dialect dialect, ColumnCodec codec, String name) {
    this.table = table;
    this.dialect = dialect;
    this.codec = codec;
    this.name = name;
  }

  /** A connection of which the other table is made by {@link #create}; closed here. */
  protected abstract Connection open() throws SQLException;

  /** Statements that make the other table, in place of one that is left over. */
  protected abstract void create(Connection opened) throws SQLException;

  /** Statements that end it. */
  protected void drop(Connection opened) throws SQLException {}

  /** Switches checks of rows off, or on again. */
  protected abstract void check(Connection opened, boolean rows) throws SQLException;

  /** What the database says of a row that it does not take. */
  protected abstract StorageException refused(SQLException error);

  protected static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public Row shape(Row before, Map<String, String> given) {
    try {
      if (connection == null) {
        connection = open();
        create(connection);
      }
      execute(connection, "DELETE FROM " + name);
      if (before == null) {
        insert(given);
      } else {
        // the row as it is may be one that the table would refuse: its checks came later
        check(connection, false);
        try {
          insert(values(before));
        } finally {
          check(connection, true);
        }
        update(given);
      }
      return read();
    } catch (SQLException e) {
      throw refused(e);
    }
  }

  private Map<String, String> values(Row row) {
    Map<String, String> all = new LinkedHashMap<>();
    for (int i = 0; i < table.columns().size(); i++) {
      LiveColumn column = table.columns().get(i);
      if (column.generated() == null && i < row.size()) {
        all.put(column.name(), row.get(i));
      }
    }
    return all;
  }

  private void insert(Map<String, String> values) throws SQLException {
    run(
        "INSERT INTO %s (%s) VALUES (%s)".formatted(name, listed(values, ""), marks(values)),
        values);
  }

  private void update(Map<String, String> values) throws SQLException {
    run("UPDATE %s SET %s".formatted(name, listed(values, " = ?")), values);
  }

  private String listed(Map<String, String> values, String behind) {
    return values.keySet().stream()
        .map(column -> dialect.quote(column) + behind)
        .collect(Collectors.joining(", "));
  }

  private static String marks(Map<String, String> values) {
    return values.keySet().stream().map(_ -> "?").collect(Collectors.joining(", "));
  }

  private void run(String sql, Map<String, String> values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int place = 0;
      for (Map.Entry<String, String> value : values.entrySet()) {
        place++;
        DataType type = table.column(value.getKey()).type();
        codec.bind(statement, place, type, value.getValue());
      }
      statement.executeUpdate();
    }
  }

  private Row read() throws SQLException {
    List<LiveColumn> columns = table.columns();
    String selected =
        columns.stream()
            .map(column -> dialect.selected(dialect.quote(column.name()), column.type(), false))
            .collect(Collectors.joining(", "));
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT %s FROM %s".formatted(selected, name))) {
      row.next();
      String[] values = new String[columns.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = codec.read(row, i + 1, columns.get(i).type());
      }
      return Row.of(values);
    }
  }

  @Override
  public void close() {
    if (connection == null) {
      return;
    }
    try (Connection closed = connection) {
      drop(closed);
    } catch (SQLException e) {
      throw dialect.translate(e, "end a temporary table");
    }
  }
}
