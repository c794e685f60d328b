package dev.epoch.storage.mysql;

import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.Index;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.relational.Catalog;
import dev.epoch.storage.relational.LiveColumn;
import dev.epoch.storage.relational.LiveTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What information_schema says. */
final class MysqlCatalog implements Catalog {
  /** Types whose values MySQL compares by a part in keys. */
  private static final Set<String> WITHOUT_LENGTH =
      Set.of(
          "tinytext",
          "text",
          "mediumtext",
          "longtext",
          "tinyblob",
          "blob",
          "mediumblob",
          "longblob",
          "json",
          "geometry");

  @Override
  public List<TablePath> tables(Connection connection) throws SQLException {
    return Queries.all(
        connection,
        """
        SELECT table_schema, table_name FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND engine = 'InnoDB'
          AND table_name NOT LIKE 'epoch\\_%'
        ORDER BY BINARY table_name\
        """,
        row -> new TablePath(row.getString(1), row.getString(2)));
  }

  private record Kind(String type, String engine) {}

  @Override
  public Optional<LiveTable> table(Connection connection, TablePath path) throws SQLException {
    List<Kind> found =
        Queries.all(
            connection,
            "SELECT table_type, engine FROM information_schema.tables"
                + " WHERE table_schema = ? AND table_name = ?",
            row -> new Kind(row.getString(1), row.getString(2)),
            path.schema(),
            path.table());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    requireVersionable(path, found.getFirst());
    Flavour flavour = Flavour.of(connection);
    MysqlConstraints constraints = MysqlConstraints.of(connection, path, flavour);
    List<LiveColumn> columns = columns(connection, path, flavour, constraints);
    List<Constraint> all = new ArrayList<>(constraints.constraints());
    all.sort(Comparator.comparing(Constraint::name));
    List<Index> indexes = constraints.indexes();
    if (constraints.hasPartialKey()) {
      throw new NotVersionableException(
          "The primary key of %s is of the first characters of a column".formatted(path.table()),
          "Make it of whole columns");
    }
    return Optional.of(
        new LiveTable(path, columns, constraints.key(), List.of(), all, indexes, null));
  }

  private static void requireVersionable(TablePath path, Kind kind) {
    switch (kind.type) {
      case "BASE TABLE" -> {
        if (!"InnoDB".equalsIgnoreCase(kind.engine)) {
          throw new NotVersionableException(
              "%s is kept by the engine %s, which has no transactions"
                  .formatted(path.table(), kind.engine),
              "ALTER TABLE %s ENGINE = InnoDB".formatted(MysqlDialect.quoted(path.table())));
        }
      }
      case "VIEW", "SYSTEM VIEW" ->
          throw new NotVersionableException(
              path.table() + " is a view: its rows are other tables'",
              "Register the tables below the view");
      case "SYSTEM VERSIONED" ->
          throw new NotVersionableException(
              path.table() + " is system-versioned: its history would be merged as if it were rows",
              "ALTER TABLE %s DROP SYSTEM VERSIONING; Epoch keeps the history"
                  .formatted(MysqlDialect.quoted(path.table())));
      default ->
          throw new NotVersionableException(
              "%s is a %s, and no table"
                  .formatted(path.table(), kind.type.toLowerCase(Locale.ROOT)),
              null);
    }
  }

  private static List<LiveColumn> columns(
      Connection connection, TablePath path, Flavour flavour, MysqlConstraints constraints)
      throws SQLException {
    return Queries.all(
        connection,
        """
        SELECT column_name, column_type, collation_name, is_nullable, column_default, extra,
          generation_expression
        FROM information_schema.columns
        WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position\
        """,
        row -> {
          String name = row.getString(1);
          String declared = row.getString(2);
          String extra = row.getString(6).toLowerCase(Locale.ROOT);
          boolean generated =
              extra.contains("virtual generated") || extra.contains("stored generated");
          if (WITHOUT_LENGTH.contains(MysqlTypes.word(declared))
              && constraints.key().contains(name)) {
            throw new NotVersionableException(
                "Column %s of the key of %s has the type %s, which is compared by a part of it"
                    .formatted(name, path.table(), declared),
                "Give it a type with a length, as varchar(255)");
          }
          return new LiveColumn(
              name,
              MysqlTypes.type(declared, constraints.isJson(name)),
              declared,
              row.getString(3),
              row.getString(4).equals("YES"),
              generated ? null : defaultExpression(row.getString(5), declared, extra, flavour),
              generated ? row.getString(7) : null,
              extra.contains("auto_increment"));
        },
        path.schema(),
        path.table());
  }

  /** MariaDB prints expressions; MySQL texts, and expressions where it says so. */
  private static String defaultExpression(
      String text, String declared, String extra, Flavour flavour) {
    if (text == null) {
      return null;
    }
    if (flavour.mariadb()) {
      return text.equals("NULL") ? null : text;
    }
    if (extra.contains("default_generated")) {
      return text.toLowerCase(Locale.ROOT).startsWith("current_timestamp")
          ? text
          : "(" + text + ")";
    }
    return switch (MysqlTypes.type(declared, false).kind()) {
      case INTEGER, DECIMAL, FLOAT, BOOLEAN, BITS -> text;
      default -> MysqlColumnCodec.quoted(text);
    };
  }

  @Override
  public Map<String, String> captured(Connection connection, TablePath path, int number)
      throws SQLException {
    return CapturedNames.of(connection, path, number);
  }

  /** There is no number that counts: a sum over what registered tables and triggers are. */
  @Override
  public long version(Connection connection) throws SQLException {
    // names as texts: the server then opens these tables alone to answer
    String names =
        Queries.all(
                connection,
                "SELECT DISTINCT table_name FROM epoch_tables WHERE archived = 0",
                row -> MysqlColumnCodec.quoted(row.getString(1)))
            .stream()
            .collect(Collectors.joining(", "));
    if (names.isEmpty()) {
      return 0;
    }
    return Queries.all(
            connection,
            """
            SELECT (SELECT COALESCE(SUM(CRC32(CONCAT_WS(0x1f, table_name, ordinal_position, column_name,
                column_type, is_nullable, column_default, extra, collation_name))), 0)
              FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name IN (%1$s))
            + 4294967296 * (SELECT COALESCE(SUM(CRC32(CONCAT_WS(0x1f, trigger_name, event_object_table))), 0) %% 1000003
              FROM information_schema.triggers WHERE trigger_schema = DATABASE()
                AND trigger_name LIKE 'epoch\\_%%')\
            """
                .formatted(names),
            row -> row.getBigDecimal(1).longValue())
        .getFirst();
  }

  @Override
  public long estimate(Connection connection, TablePath path) throws SQLException {
    return Queries.all(
            connection,
            "SELECT COALESCE(table_rows, 0) FROM information_schema.tables"
                + " WHERE table_schema = ? AND table_name = ?",
            row -> row.getLong(1),
            path.schema(),
            path.table())
        .getFirst();
  }
}
