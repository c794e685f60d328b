package dev.epoch.storage.mysql;

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
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.mysql.testing.MariaDb;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A database of MariaDB, the application that uses it, and the adapter. */
final class MysqlBackend implements StorageBackend {
  private static final String BINARY = " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin";

  private final MariaDb server = MariaDb.shared();
  final String database = server.database();
  private final StorageAdapter adapter;

  MysqlBackend() {
    run(
        "CREATE TABLE person (id INT PRIMARY KEY, name VARCHAR(100), age INT)",
        "INSERT INTO person VALUES (1, 'Ann', 30), (2, 'Bob', 40), (3, 'Cid', 50)");
    adapter = new MysqlStorageAdapter(settings(), AddressRules.ANYTHING);
  }

  MysqlSettings settings() {
    return MysqlSettings.of(
        Map.of(
            "host", "127.0.0.1",
            "port", Integer.toString(server.port()),
            "database", database,
            "username", "root",
            "ssl_mode", "disabled"));
  }

  @Override
  public StorageAdapter adapter() {
    return adapter;
  }

  @Override
  public TablePath path() {
    return new TablePath(database, "person");
  }

  @Override
  public boolean appendOnly() {
    return false;
  }

  @Override
  public Optional<DataType> type(DataType type) {
    String declared =
        switch (type.kind()) {
          case BOOLEAN -> "tinyint(1)";
          case INTEGER -> type.name().equals("integer") ? "int" : type.name();
          case DECIMAL -> type.name().equals("numeric") ? "decimal(30,5)" : "decimal(6,2)";
          case FLOAT -> type.name().equals("real") ? "float" : "double";
          case TEXT ->
              switch (type.name()) {
                case "text" -> "varchar(200)";
                case "character(4)" -> "char(4)";
                default -> "varchar(10)";
              };
          case BYTES -> "varbinary(50)";
          case DATE -> "date";
          case TIME -> "time(6)";
          case TIMESTAMP -> "datetime(6)";
          case TIMESTAMP_WITH_ZONE -> "timestamp(6)";
          case UUID -> "uuid";
          case JSON -> "json";
          case ENUM -> "enum('sad','very happy')";
          case BITS -> "bit(5)";
          default -> null;
        };
    return declared == null
        ? Optional.empty()
        : Optional.of(
            MysqlTypes.type(
                declared.equals("json") ? "longtext" : declared, declared.equals("json")));
  }

  @Override
  public String spelt(DataType type, String text) {
    return switch (type.kind()) {
      case DECIMAL -> {
        int scale = type.name().equals("numeric") ? 5 : 2;
        yield new BigDecimal(text).setScale(scale, RoundingMode.HALF_UP).toPlainString();
      }
      case FLOAT ->
          text.equals("NaN") || text.equals("-Infinity")
              ? "2.5"
              : text.equals("-0") ? "-0" : Values.canonical(type, text);
      case BYTES -> text.substring(2);
      case DATE ->
          text.endsWith("BC") ? "0000-00-00" : text.equals("infinity") ? "9999-12-31" : text;
      case TIMESTAMP -> text.equals("infinity") ? "0000-00-00 00:00:00" : text;
      case TIME -> text;
      case BITS -> "0".repeat(5 - text.length()) + text;
      default -> text;
    };
  }

  @Override
  public List<String> usersRows() {
    return select("SELECT id, name, age FROM person");
  }

  List<String> select(String sql) {
    try (Connection connection = server.connect(database);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (row.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
          values.add("" + row.getString(i));
        }
        rows.add(values.toString());
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  @Override
  public TablePath create(String name, List<Column> columns, List<String> primaryKey) {
    String definitions =
        columns.stream()
            .map(column ->
                "%s %s%s"
                    .formatted(
                        MysqlDialect.quoted(column.name()),
                        declared(column.type()),
                        column.nullable() ? " NULL" : " NOT NULL"))
            .collect(Collectors.joining(", "));
    String key =
        primaryKey.isEmpty()
            ? ""
            : ", PRIMARY KEY ("
                + primaryKey.stream().map(MysqlDialect::quoted).collect(Collectors.joining(", "))
                + ")";
    run("CREATE TABLE %s (%s%s)".formatted(MysqlDialect.quoted(name), definitions, key));
    return new TablePath(database, name);
  }

  private static String declared(DataType type) {
    return type.kind() == Kind.TEXT ? type.name() + BINARY : type.name();
  }

  @Override
  public void applicationWrites(TableHandle table, List<RowChange> changes) {
    try (Connection connection = server.connect(database)) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET sql_mode = 'STRICT_ALL_TABLES', time_zone = '+00:00'");
      }
      connection.setAutoCommit(false);
      List<Column> columns = table.schema().columns();
      int[] key = table.schema().keyIndexes();
      String name = MysqlDialect.quoted(table.path().table());
      String keyed =
          table.schema().primaryKey().stream()
              .map(column -> MysqlDialect.quoted(column) + " = ?")
              .collect(Collectors.joining(" AND "));
      for (RowChange change : changes) {
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
                          .map(column -> MysqlDialect.quoted(column.name()) + " = ?")
                          .collect(Collectors.joining(", ")),
                      keyed);
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
          MysqlColumnCodec codec = new MysqlColumnCodec();
          int place = 1;
          if (change.after() != null) {
            for (int i = 0; i < columns.size(); i++) {
              codec.bind(statement, place++, columns.get(i).type(), change.after().get(i));
            }
          }
          if (change.before() != null) {
            for (int i = 0; i < key.length; i++) {
              codec.bind(statement, place++, columns.get(key[i]).type(), change.key().get(i));
            }
          }
          statement.executeUpdate();
        }
      }
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void applicationInserts(TablePath path, List<Row> rows) {
    throw new UnsupportedOperationException("tables without a key are not versioned");
  }

  @Override
  public void alter(TablePath path, Alteration change) {
    String name = MysqlDialect.quoted(path.table());
    switch (change) {
      case Alteration.Add add ->
          run(
              "ALTER TABLE %s ADD COLUMN %s %s%s"
                  .formatted(
                      name,
                      MysqlDialect.quoted(add.name()),
                      declared(add.type()),
                      add.value() == null
                          ? ""
                          : " DEFAULT " + new MysqlColumnCodec().literal(add.type(), add.value())));
      case Alteration.Rename rename ->
          run(
              "ALTER TABLE %s RENAME COLUMN %s TO %s"
                  .formatted(
                      name, MysqlDialect.quoted(rename.name()), MysqlDialect.quoted(rename.to())));
      case Alteration.Drop drop ->
          run("ALTER TABLE %s DROP COLUMN %s".formatted(name, MysqlDialect.quoted(drop.name())));
      case Alteration.Retype retype ->
          run(
              "ALTER TABLE %s MODIFY COLUMN %s %s"
                  .formatted(name, MysqlDialect.quoted(retype.name()), declared(retype.type())));
    }
  }

  Connection connect() throws SQLException {
    return server.connect(database);
  }

  void run(String... statements) {
    server.run(database, statements);
  }

  @Override
  public void close() {
    adapter.close();
    server.run("", "DROP DATABASE " + database);
  }
}
