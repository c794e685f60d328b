package dev.epoch.storage.sqlite;

import dev.epoch.events.table.DataType;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.QueryTimeoutException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.relational.Access;
import dev.epoch.storage.relational.CapturedTable;
import dev.epoch.storage.relational.Dialect;
import dev.epoch.storage.relational.LiveColumn;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** How SQLite spells what layers need. */
final class SqliteDialect implements Dialect {
  private final String file;

  /**
   * @param file for messages
   */
  SqliteDialect(String file) {
    this.file = file;
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  @Override
  public String quote(String name) {
    return quoted(name);
  }

  @Override
  public void begin(Connection connection, Access access) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(access == Access.READ ? "BEGIN" : "BEGIN IMMEDIATE");
    }
  }

  @Override
  public String same(String left, String right, DataType type) {
    return "(" + left + " COLLATE BINARY IS " + right + ")";
  }

  @Override
  public String layerType(LiveColumn column, boolean key) {
    String collation = column.collation() == null || !key ? "" : " COLLATE " + column.collation();
    return switch (SqliteTypes.affinity(column.declared(), false)) {
      case BLOB -> (key ? "BLOB NOT NULL" : "BLOB") + collation;
      // layers keep what the live table has: nothing is converted but in keys, which are compared
      case INTEGER -> key ? "INTEGER NOT NULL" : "BLOB";
      case TEXT -> key ? "TEXT NOT NULL" + collation : "BLOB";
      case REAL -> key ? "REAL NOT NULL" : "BLOB";
      case NUMERIC -> key ? "NUMERIC NOT NULL" : "BLOB";
    };
  }

  @Override
  public String clusteredTable() {
    return " WITHOUT ROWID";
  }

  @Override
  public String temporaryKeys(String name, List<String> columns) {
    return "CREATE TEMP TABLE %s (n INTEGER PRIMARY KEY, %s)"
        .formatted(name, String.join(", ", columns));
  }

  @Override
  public String orderedJoin() {
    return "CROSS JOIN";
  }

  @Override
  public String limit(long rows) {
    return " LIMIT " + rows;
  }

  @Override
  public List<String> capture(Connection connection, CapturedTable table) {
    List<String> statements = new ArrayList<>(dropped(table.number()));
    statements.addAll(SqliteCapture.triggers(table));
    return statements;
  }

  @Override
  public List<String> uncapture(Connection connection, TablePath path, int number) {
    return dropped(number);
  }

  private static List<String> dropped(int number) {
    return SqliteCapture.names(number).stream()
        .map(name -> "DROP TRIGGER IF EXISTS " + quoted(name))
        .toList();
  }

  @Override
  public Optional<BiFunction<DataType, Boolean, String>> madeTypes() {
    return Optional.of((type, _) -> SqliteTypes.made(type));
  }

  @Override
  public boolean isViolation(SQLException error) {
    return error instanceof SQLiteException sqlite
        && (sqlite.getResultCode().code & 0xff) == SQLiteErrorCode.SQLITE_CONSTRAINT.code;
  }

  @Override
  public StorageException translate(SQLException error, String doing) {
    if (!(error instanceof SQLiteException sqlite)) {
      return new StorageUnavailableException(
          "SQLite file " + file + ": " + error.getMessage(), "Try again", error);
    }
    String message = message(sqlite);
    return switch (SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & 0xff)) {
      case SQLITE_BUSY, SQLITE_LOCKED ->
          new BusyException(
              "SQLite file %s is locked by another program".formatted(file),
              "Try again when its transaction has ended, or set busy_timeout higher",
              error);
      case SQLITE_READONLY ->
          new StorageException(
              "SQLite file %s cannot be written: %s".formatted(file, message),
              "Give the server's user the right to write the file and its folder",
              error);
      case SQLITE_NOTADB ->
          new StorageException(
              "File %s is no SQLite database, or is encrypted".formatted(file),
              "Decrypt it; Epoch reads plain SQLite files alone",
              error);
      case SQLITE_CORRUPT ->
          new StorageException(
              "SQLite file %s is damaged: %s".formatted(file, message),
              "Run PRAGMA integrity_check on it, and restore it from a backup",
              error);
      case SQLITE_FULL ->
          new StorageException(
              "There is no room left for SQLite file " + file, "Free some room on its disk", error);
      case SQLITE_CANTOPEN ->
          new StorageUnavailableException(
              "SQLite file %s cannot be opened".formatted(file),
              "See whether it is there, and whether the server's user may read and write it",
              error);
      case SQLITE_IOERR ->
          new OutcomeUnknownException(
              "SQLite file %s could not be read or written: %s".formatted(file, message),
              "See whether its disk is well",
              error);
      case SQLITE_INTERRUPT ->
          new QueryTimeoutException("The statement was cancelled", "Ask for less", error);
      case SQLITE_CONSTRAINT -> new StorageException(message, null, error);
      default ->
          new StorageException(
              "SQLite refused a statement of Epoch's: %s".formatted(message),
              "Report it, with: " + doing,
              error);
    };
  }

  /** What SQLite says, without the driver's words around it. */
  static String message(SQLException error) {
    String message = error.getMessage();
    int open = message.lastIndexOf(" (");
    return message.startsWith("[") && open > 0 && message.endsWith(")")
        ? message.substring(open + 2, message.length() - 1)
        : message;
  }
}
