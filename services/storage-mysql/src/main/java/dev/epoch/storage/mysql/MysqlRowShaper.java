package dev.epoch.storage.mysql;

import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.relational.LiveTable;
import dev.epoch.storage.relational.ShapingTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * A temporary table like the live one, of one connection alone; without triggers and references.
 */
final class MysqlRowShaper extends ShapingTable {
  private static final String NAME = "epoch_shaped";

  /** A temporary table has no partitions, says MySQL, and MariaDB. */
  private static final Set<Integer> WITHOUT_PARTITIONS = Set.of(1562, 1478);

  private static final Pattern PARTITIONS =
      Pattern.compile("\\n\\s*(?:/\\*!\\d+ )?PARTITION BY (?s:.*)$");

  private final DataSource connections;
  private final MysqlDialect dialect;

  MysqlRowShaper(DataSource connections, MysqlDialect dialect, LiveTable table) {
    super(table, dialect, new MysqlColumnCodec(), NAME);
    this.connections = connections;
    this.dialect = dialect;
  }

  @Override
  protected Connection open() throws SQLException {
    return connections.getConnection();
  }

  @Override
  protected void create(Connection opened) throws SQLException {
    drop(opened);
    String live = dialect.table(table.path());
    try {
      execute(opened, "CREATE TEMPORARY TABLE %s LIKE %s".formatted(NAME, live));
    } catch (SQLException e) {
      if (!WITHOUT_PARTITIONS.contains(e.getErrorCode())) {
        throw e;
      }
      String definition =
          Queries.all(opened, "SHOW CREATE TABLE " + live, row -> row.getString(2)).getFirst();
      int named = ("CREATE TABLE " + MysqlDialect.quoted(table.path().table())).length();
      execute(
          opened,
          "CREATE TEMPORARY TABLE "
              + NAME
              + PARTITIONS.matcher(definition).replaceFirst("").substring(named));
    }
  }

  @Override
  protected void drop(Connection opened) throws SQLException {
    execute(opened, "DROP TEMPORARY TABLE IF EXISTS " + NAME);
  }

  /** MySQL has no such switch. */
  @Override
  protected void check(Connection opened, boolean rows) throws SQLException {
    if (Flavour.of(opened).mariadb()) {
      execute(opened, "SET SESSION check_constraint_checks = " + (rows ? 1 : 0));
    }
  }

  @Override
  protected StorageException refused(SQLException error) {
    return dialect.translate(error, "shape a row of " + table.path());
  }
}
