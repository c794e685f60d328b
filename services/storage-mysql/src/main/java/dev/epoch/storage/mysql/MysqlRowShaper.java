package dev.epoch.storage.mysql;

import dev.epoch.model.row.Row;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.relational.LiveColumn;
import dev.epoch.storage.relational.LiveTable;
import dev.epoch.storage.relational.RowShaper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * A temporary table like the live one, of one connection alone, that each row passes through: the
 * server itself converts, computes and checks. It has no triggers and no references.
 */
final class MysqlRowShaper implements RowShaper {
  private static final String NAME = "epoch_shaped";

  /** A temporary table has no partitions, says MySQL, and MariaDB. */
  private static final Set<Integer> WITHOUT_PARTITIONS = Set.of(1562, 1478);

  private static final Pattern PARTITIONS =
      Pattern.compile("\\n\\s*(?:/\\*!\\d+ )?PARTITION BY (?s:.*)$");

  private final DataSource connections;
  private final MysqlDialect dialect;
  private final LiveTable table;
  private final MysqlColumnCodec codec = new MysqlColumnCodec();
  private Connection connection;

  MysqlRowShaper(DataSource connections, MysqlDialect dialect, LiveTable table) {
    this.connections = connections;
    this.dialect = dialect;
    this.table = table;
  }

  private Connection connection() throws SQLException {
    if (connection == null) {
      connection = connections.getConnection();
      execute("DROP TEMPORARY TABLE IF EXISTS " + NAME);
      create();
    }
    return connection;
  }

  private void create() throws SQLException {
    String live = dialect.table(table.path());
    try {
      execute("CREATE TEMPORARY TABLE %s LIKE %s".formatted(NAME, live));
    } catch (SQLException e) {
      if (!WITHOUT_PARTITIONS.contains(e.getErrorCode())) {
        throw e;
      }
      String definition =
          Queries.all(connection, "SHOW CREATE TABLE " + live, row -> row.getString(2)).getFirst();
      execute(
          "CREATE TEMPORARY TABLE "
              + NAME
              + PARTITIONS
                  .matcher(definition)
                  .replaceFirst("")
                  .substring(
                      ("CREATE TABLE " + MysqlDialect.quoted(table.path().table())).length()));
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public Row shape(Row before, Map<String, String> given) {
    try {
      connection();
      execute("DELETE FROM " + NAME);
      if (before == null) {
        insert(given);
      } else {
        Map<String, String> all = new LinkedHashMap<>();
        for (int i = 0; i < table.columns().size(); i++) {
          LiveColumn column = table.columns().get(i);
          if (column.generated() == null && i < before.size()) {
            all.put(column.name(), before.get(i));
          }
        }
        insertUnchecked(all);
        update(given);
      }
      return read();
    } catch (SQLException e) {
      if (MysqlErrors.isViolation(e)) {
        throw new StorageException(e.getMessage(), null, e);
      }
      throw dialect.translate(e, "shape a row of " + table.path());
    }
  }

  /** The row as it is may be one that the table would refuse: its checks came later. */
  private void insertUnchecked(Map<String, String> values) throws SQLException {
    boolean mariadb = Flavour.of(connection).mariadb();
    if (mariadb) {
      execute("SET SESSION check_constraint_checks = 0");
    }
    try {
      insert(values);
    } finally {
      if (mariadb) {
        execute("SET SESSION check_constraint_checks = 1");
      }
    }
  }

  private void insert(Map<String, String> values) throws SQLException {
    List<String> columns = List.copyOf(values.keySet());
    run(
        "INSERT INTO %s (%s) VALUES (%s)"
            .formatted(
                NAME,
                columns.stream().map(MysqlDialect::quoted).collect(Collectors.joining(", ")),
                columns.stream().map(_ -> "?").collect(Collectors.joining(", "))),
        columns,
        values);
  }

  private void update(Map<String, String> values) throws SQLException {
    List<String> columns = List.copyOf(values.keySet());
    run(
        "UPDATE %s SET %s"
            .formatted(
                NAME,
                columns.stream()
                    .map(column -> MysqlDialect.quoted(column) + " = ?")
                    .collect(Collectors.joining(", "))),
        columns,
        values);
  }

  private void run(String sql, List<String> columns, Map<String, String> values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < columns.size(); i++) {
        codec.bind(
            statement,
            i + 1,
            table.column(columns.get(i)).type(),
            values.get(columns.get(i)));
      }
      statement.executeUpdate();
    }
  }

  private Row read() throws SQLException {
    List<String> values = new ArrayList<>();
    for (LiveColumn column : table.columns()) {
      values.add(dialect.selected(MysqlDialect.quoted(column.name()), column.type(), false));
    }
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT %s FROM %s".formatted(String.join(", ", values), NAME))) {
      row.next();
      String[] texts = new String[values.size()];
      for (int i = 0; i < texts.length; i++) {
        texts[i] = codec.read(row, i + 1, table.columns().get(i).type());
      }
      return Row.of(texts);
    }
  }

  @Override
  public void close() {
    if (connection == null) {
      return;
    }
    try (Connection closed = connection) {
      execute("DROP TEMPORARY TABLE IF EXISTS " + NAME);
    } catch (SQLException e) {
      throw dialect.translate(e, "drop a temporary table");
    }
  }
}
