package dev.epoch.storage.sqlite;

import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.relational.LiveTable;
import dev.epoch.storage.relational.ShapingTable;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A table like the live one, in memory. */
final class SqliteRowShaper extends ShapingTable {
  SqliteRowShaper(LiveTable table) {
    super(
        table,
        new SqliteDialect(":memory:"),
        new SqliteColumnCodec(),
        SqliteDialect.quoted(table.path().table()));
  }

  @Override
  protected Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite::memory:");
  }

  @Override
  protected void create(Connection opened) throws SQLException {
    execute(opened, "PRAGMA foreign_keys = OFF");
    execute(opened, table.definition());
  }

  @Override
  protected void check(Connection opened, boolean rows) throws SQLException {
    execute(opened, "PRAGMA ignore_check_constraints = " + (rows ? "OFF" : "ON"));
  }

  @Override
  protected StorageException refused(SQLException error) {
    return new StorageException(SqliteDialect.message(error), null, error);
  }
}
