package dev.epoch.storage.sqlite;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.value.Values;
import dev.epoch.storage.Alteration;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageBackend;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A SQLite file, the application that has it open, and the adapter. */
final class SqliteBackend implements StorageBackend {
  private static final Map<Kind, String> REPLACED =
      Map.of(
          Kind.DATE, "9999-12-31",
          Kind.TIMESTAMP, "2001-02-03 04:05:06",
          Kind.DECIMAL, "123456789012.125",
          Kind.FLOAT, "2.5");

  private final Path file;
  private final StorageAdapter adapter;

  SqliteBackend(Path file) {
    this.file = file;
    run(
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, age INTEGER)",
        "INSERT INTO person VALUES (1, 'Ann', 30), (2, 'Bob', 40), (3, 'Cid', 50)");
    adapter = new SqliteStorageAdapter(SqliteSettings.of(file));
  }

  @Override
  public StorageAdapter adapter() {
    return adapter;
  }

  @Override
  public TablePath path() {
    return new TablePath("main", "person");
  }

  @Override
  public boolean appendOnly() {
    return false;
  }

  @Override
  public Optional<DataType> type(DataType type) {
    return switch (type.kind()) {
      case BOOLEAN, INTEGER, DECIMAL, FLOAT, DATE, UUID, JSON ->
          Optional.of(SqliteTypes.type(type.name()));
      case TEXT ->
          type.name().startsWith("character(")
              ? Optional.empty()
              : Optional.of(SqliteTypes.type(type.name()));
      case BYTES -> Optional.of(SqliteTypes.type("blob"));
      case TIME -> Optional.of(SqliteTypes.type("time"));
      case TIMESTAMP -> Optional.of(SqliteTypes.type("timestamp"));
      default -> Optional.empty();
    };
  }

  @Override
  public String spelt(DataType type, String text) {
    return switch (type.kind()) {
      case DECIMAL, FLOAT -> number(type, text);
      case BYTES -> text.substring(2);
      case DATE, TIMESTAMP ->
          text.endsWith("BC")
              ? "2001-02-03"
              : text.startsWith("infinity") ? REPLACED.get(type.kind()) : text;
      case JSON -> text.equals("1.0") ? "1" : text;
      default -> text;
    };
  }

  private static String number(DataType type, String text) {
    if (text.startsWith("12345678901234567890") || text.equals("NaN")) {
      return REPLACED.get(type.kind());
    }
    return text.equals("-Infinity")
        ? text
        : Values.canonical(DataType.of(Kind.FLOAT, "REAL"), text);
  }

  @Override
  public List<String> usersRows() {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT * FROM person")) {
      List<String> rows = new ArrayList<>();
      while (row.next()) {
        rows.add(
            List.of(row.getString(1), "" + row.getString(2), "" + row.getString(3)).toString());
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public TablePath create(String name, List<Column> columns, List<String> primaryKey) {
    run(definition(name, columns, primaryKey));
    return new TablePath("main", name);
  }

  private static String definition(String name, List<Column> columns, List<String> primaryKey) {
    String definitions =
        columns.stream()
            .map(column ->
                "%s %s%s"
                    .formatted(
                        SqliteDialect.quoted(column.name()),
                        declared(column.type()),
                        column.nullable() ? "" : " NOT NULL"))
            .collect(Collectors.joining(", "));
    String key =
        primaryKey.isEmpty()
            ? ""
            : ", PRIMARY KEY ("
                + primaryKey.stream().map(SqliteDialect::quoted).collect(Collectors.joining(", "))
                + ")";
    return "CREATE TABLE %s (%s%s)".formatted(SqliteDialect.quoted(name), definitions, key);
  }

  private static String declared(DataType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void applicationWrites(TableHandle table, List<RowChange> changes) {
    try (Connection connection = connect()) {
      connection.setAutoCommit(false);
      List<Column> columns = table.schema().columns();
      int[] key = table.schema().keyIndexes();
      String name = SqliteDialect.quoted(table.path().table());
      String keyed =
          table.schema().primaryKey().stream()
              .map(column -> SqliteDialect.quoted(column) + " = ?")
              .collect(Collectors.joining(" AND "));
      for (RowChange change : changes) {
        List<Object> parameters = new ArrayList<>();
        String sql;
        if (change.after() == null) {
          sql = "DELETE FROM %s WHERE %s".formatted(name, keyed);
        } else if (change.before() == null) {
          sql =
              "INSERT INTO %s VALUES (%s)"
                  .formatted(
                      name, columns.stream().map(_ -> "?").collect(Collectors.joining(", ")));
        } else {
          sql =
              "UPDATE %s SET %s WHERE %s"
                  .formatted(
                      name,
                      columns.stream()
                          .map(column -> SqliteDialect.quoted(column.name()) + " = ?")
                          .collect(Collectors.joining(", ")),
                      keyed);
        }
        if (change.after() != null) {
          for (int i = 0; i < columns.size(); i++) {
            parameters.add(value(columns.get(i), change.after().get(i)));
          }
        }
        if (change.before() != null) {
          for (int i = 0; i < key.length; i++) {
            parameters.add(value(columns.get(key[i]), change.key().get(i)));
          }
        }
        execute(connection, sql, parameters);
      }
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object value(Column column, String text) {
    return SqliteValue.value(column.type().kind(), text);
  }

  private static void execute(Connection connection, String sql, List<Object> parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.size(); i++) {
        statement.setObject(i + 1, parameters.get(i));
      }
      statement.executeUpdate();
    }
  }

  @Override
  public void applicationInserts(TablePath path, List<Row> rows) {
    throw new UnsupportedOperationException("tables without a key are not versioned");
  }

  /** As tools migrate: what SQLite does not alter goes through a table that takes its place. */
  @Override
  public void alter(TablePath path, Alteration change) {
    String name = SqliteDialect.quoted(path.table());
    switch (change) {
      case Alteration.Add add ->
          run(
              "ALTER TABLE %s ADD COLUMN %s %s%s"
                  .formatted(
                      name,
                      SqliteDialect.quoted(add.name()),
                      declared(add.type()),
                      add.value() == null
                          ? ""
                          : " DEFAULT " + SqliteValue.sql(add.type().kind(), add.value())));
      case Alteration.Rename rename ->
          run(
              "ALTER TABLE %s RENAME COLUMN %s TO %s"
                  .formatted(
                      name,
                      SqliteDialect.quoted(rename.name()),
                      SqliteDialect.quoted(rename.to())));
      case Alteration.Drop drop -> rebuild(path, drop.name(), null);
      case Alteration.Retype retype -> rebuild(path, retype.name(), retype.type());
    }
  }

  private void rebuild(TablePath path, String column, DataType type) {
    List<Column> columns = new ArrayList<>();
    List<String> key;
    try (Connection connection = connect()) {
      var live = new SqliteCatalog().table(connection, path).orElseThrow();
      key = live.key();
      live.columns()
          .forEach(had -> {
            boolean meant = had.name().equals(column);
            if (!meant || type != null) {
              columns.add(
                  new Column(
                      had.name(),
                      had.name(),
                      meant ? type : had.type(),
                      had.nullable(),
                      null,
                      null,
                      null));
            }
          });
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    String names =
        columns.stream()
            .map(had -> SqliteDialect.quoted(had.name()))
            .collect(Collectors.joining(", "));
    String table = SqliteDialect.quoted(path.table());
    run(
        definition("new__" + path.table(), columns, key),
        "INSERT INTO new__%1$s (%2$s) SELECT %2$s FROM %3$s".formatted(path.table(), names, table),
        "DROP TABLE " + table,
        "ALTER TABLE new__%s RENAME TO %s".formatted(path.table(), table));
  }

  Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
    }
    return connection;
  }

  void run(String... statements) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(String.join("; ", statements), e);
    }
  }

  @Override
  public void close() {
    adapter.close();
    try (Stream<Path> files = Files.walk(file.getParent())) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
