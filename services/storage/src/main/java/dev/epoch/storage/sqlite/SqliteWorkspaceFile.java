package dev.epoch.storage.sqlite;

import dev.epoch.events.table.Column;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.relational.CapturedTable;
import dev.epoch.storage.relational.LiveColumn;
import dev.epoch.storage.relational.LiveTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteOpenMode;

/**
 * The file in which clients find a branch's tables, in one transaction. Beside them it has what
 * says which branch it is of, and for each table the keys of rows that clients changed, numbered.
 */
final class SqliteWorkspaceFile implements AutoCloseable {
  private static final SqliteColumnCodec CODEC = new SqliteColumnCodec();
  private static final String CLOSED = "This file is no longer the branch's: it was closed";

  private final Path file;
  private final Connection connection;
  private final SqliteSql sql;
  private final SqliteWorkspaceShapes shapes;
  private boolean open;

  /**
   * A table in it.
   *
   * @param number of the registration
   * @param rows what it was like when it was opened: columns and key
   * @param rest the same of constraints, indexes and triggers
   * @param version of what Epoch wrote there
   */
  record Table(int number, String id, String name, String rows, String rest, long version) {
    String changes() {
      return "epoch_c_" + number;
    }
  }

  private SqliteWorkspaceFile(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
    this.sql = new SqliteSql(connection, new SqliteDialect(file.toString()));
    this.shapes = new SqliteWorkspaceShapes(file, sql);
  }

  /**
   * Opens a file that is there, or makes it.
   *
   * @param settings of the database
   */
  static SqliteWorkspaceFile open(Path file, SqliteSettings settings, boolean create) {
    if (!create && !Files.exists(file)) {
      throw new StorageException(
          "Workspace file %s is gone; what was changed in it since Epoch looked last is with it"
              .formatted(file),
          "Put it back, make it anew (epoch branch open) or give it up (epoch branch close)");
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setOpenMode(SQLiteOpenMode.READWRITE);
    if (!create) {
      config.resetOpenMode(SQLiteOpenMode.CREATE);
    }
    config.setBusyTimeout((int) settings.busyTimeout().toMillis());
    config.enforceForeignKeys(false);
    settings.journalMode().ifPresent(config::setJournalMode);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    try {
      SqliteWorkspaceFile opened = new SqliteWorkspaceFile(file, source.getConnection());
      opened.sql.execute("PRAGMA ignore_check_constraints = ON");
      return opened;
    } catch (SQLException e) {
      throw new SqliteDialect(file.toString()).translate(e, "open");
    }
  }

  /** Removes a file with what SQLite keeps beside it. */
  static void delete(Path file) {
    try {
      for (String end : List.of("", "-wal", "-shm", "-journal")) {
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + end));
      }
    } catch (IOException e) {
      throw new StorageException(
          "Workspace file %s cannot be removed: %s".formatted(file, e.getMessage()),
          "Give the server's user the right to, or remove it",
          e);
    }
  }

  void begin(boolean writes) {
    sql.execute(writes ? "BEGIN IMMEDIATE" : "BEGIN");
    open = true;
  }

  void commit() {
    sql.execute("COMMIT");
    open = false;
  }

  @Override
  public void close() {
    try (connection) {
      if (open) {
        open = false;
        sql.execute("ROLLBACK");
      }
    } catch (SQLException e) {
      throw sql.dialect().translate(e, "close");
    }
  }

  SqliteWorkspaceShapes shapes() {
    return shapes;
  }

  // ---- what it is

  void create(String id, String branch) {
    sql.execute("CREATE TABLE epoch_workspace (id TEXT NOT NULL, branch TEXT NOT NULL)");
    sql.update("INSERT INTO epoch_workspace (id, branch) VALUES (?, ?)", id, branch);
    sql.execute(
        "CREATE TABLE epoch_workspace_tables (number INTEGER PRIMARY KEY, id TEXT NOT NULL,"
            + " name TEXT NOT NULL, rows TEXT NOT NULL, rest TEXT NOT NULL, version INTEGER NOT NULL)");
  }

  /** Empty if it is no workspace. */
  List<String> identity() {
    return sql.hasTable("epoch_workspace")
        ? sql.all(
                "SELECT id, branch FROM epoch_workspace",
                row -> List.of(row.getString(1), row.getString(2)))
            .getFirst()
        : List.of();
  }

  void requireIdentity(String id) {
    List<String> identity = identity();
    if (identity.isEmpty() || !identity.getFirst().equals(id)) {
      throw new StorageException(
          "File %s is not the branch's workspace any more: another was put in its place"
              .formatted(file),
          "Put the former one back, or give it up (epoch branch close) and remove the file");
    }
  }

  List<Table> tables() {
    return sql.all(
        "SELECT number, id, name, rows, rest, version FROM epoch_workspace_tables ORDER BY number",
        row ->
            new Table(
                row.getInt(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getLong(6)));
  }

  // ---- capture

  boolean isCaptured(Table table) {
    List<String> there =
        sql.all(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?",
            row -> row.getString(1),
            table.name());
    return there.containsAll(SqliteCapture.names(table.number()));
  }

  void capture(int number, String name, List<String> key) {
    LiveTable live = shapes.live(name);
    List<CapturedTable.CapturedColumn> columns = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (LiveColumn column : live.columns()) {
      int place = key.indexOf(column.name());
      columns.add(
          new CapturedTable.CapturedColumn(
              column.name(), place < 0 ? "c" + columns.size() : "k" + (place + 1)));
    }
    for (String part : key) {
      places.add(live.columns().indexOf(live.column(part)));
    }
    SqliteCapture.names(number)
        .forEach(trigger -> sql.execute("DROP TRIGGER IF EXISTS " + trigger));
    SqliteCapture.noting(new CapturedTable(live, number, "epoch_c_" + number, columns, places))
        .forEach(sql::execute);
  }

  /** Highest number that was ever given to a change. */
  long last(Table table) {
    return sql.number("SELECT seq FROM sqlite_sequence WHERE name = ?", table.changes());
  }

  /** Keys of rows that changed behind a number and up to another, each once. */
  List<RowKey> changed(Table table, TableHandle handle, long after, long upTo) {
    List<Column> key = key(handle);
    String names =
        IntStream.rangeClosed(1, key.size())
            .mapToObj(i -> "k" + i)
            .collect(Collectors.joining(", "));
    return sql.all(
        "SELECT DISTINCT %s FROM %s WHERE n > %d AND n <= %d"
            .formatted(names, table.changes(), after, upTo),
        row -> RowKey.of(read(row, key)));
  }

  void forget(Table table, long upTo) {
    sql.execute("DELETE FROM %s WHERE n <= %d".formatted(table.changes(), upTo));
  }

  // ---- rows

  private static List<Column> key(TableHandle handle) {
    return Arrays.stream(handle.schema().keyIndexes())
        .mapToObj(handle.schema().columns()::get)
        .toList();
  }

  private static String[] read(ResultSet row, List<Column> columns) throws SQLException {
    String[] values = new String[columns.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = CODEC.read(row, i + 1, columns.get(i).type());
    }
    return values;
  }

  private static String names(List<Column> columns) {
    return columns.stream()
        .map(column -> SqliteDialect.quoted(column.name()))
        .collect(Collectors.joining(", "));
  }

  private static String keyed(TableHandle handle) {
    return key(handle).stream()
        .map(column -> SqliteDialect.quoted(column.name()) + " = ?")
        .collect(Collectors.joining(" AND "));
  }

  private static String name(TableHandle handle) {
    return SqliteDialect.quoted(handle.path().table());
  }

  List<RowKey> keys(TableHandle handle) {
    List<Column> key = key(handle);
    return sql.all(
        "SELECT %s FROM %s".formatted(names(key), name(handle)), row -> RowKey.of(read(row, key)));
  }

  /** The rows of keys; null where there is none. */
  List<Row> rows(TableHandle handle, List<RowKey> keys) {
    List<Column> columns = handle.schema().columns();
    String text =
        "SELECT %s FROM %s WHERE %s".formatted(names(columns), name(handle), keyed(handle));
    List<Row> rows = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(text)) {
      for (RowKey key : keys) {
        bind(statement, 1, handle, key);
        try (ResultSet row = statement.executeQuery()) {
          rows.add(row.next() ? Row.of(read(row, columns)) : null);
        }
      }
    } catch (SQLException e) {
      throw sql.dialect().translate(e, text);
    }
    return rows;
  }

  private static void bind(PreparedStatement statement, int first, TableHandle handle, RowKey key)
      throws SQLException {
    List<Column> columns = key(handle);
    for (int i = 0; i < columns.size(); i++) {
      CODEC.bind(statement, first + i, columns.get(i).type(), key.get(i));
    }
  }

  /**
   * Rows take the place of others, without any trigger.
   *
   * @param rows null where there is to be none
   */
  void replace(TableHandle handle, List<RowKey> keys, List<Row> rows) {
    List<String> triggers =
        sql.all(
            "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?",
            row -> row.getString(1),
            handle.path().table());
    sql.all(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?",
            row -> row.getString(1),
            handle.path().table())
        .forEach(trigger -> sql.execute("DROP TRIGGER " + SqliteDialect.quoted(trigger)));
    String delete = "DELETE FROM %s WHERE %s".formatted(name(handle), keyed(handle));
    try (PreparedStatement statement = connection.prepareStatement(delete)) {
      for (RowKey key : keys) {
        bind(statement, 1, handle, key);
        statement.executeUpdate();
      }
    } catch (SQLException e) {
      throw sql.dialect().translate(e, delete);
    }
    rows.stream().filter(row -> row != null).forEach(new Inserting(handle)::add);
    triggers.forEach(sql::execute);
  }

  /** Puts rows into a table. */
  private final class Inserting {
    private final TableHandle handle;
    private final List<Integer> places;
    private final String text;

    Inserting(TableHandle handle) {
      this.handle = handle;
      List<Column> columns = handle.schema().columns();
      this.places =
          IntStream.range(0, columns.size())
              .filter(i -> !columns.get(i).generated())
              .boxed()
              .toList();
      this.text =
          "INSERT INTO %s (%s) VALUES (%s)"
              .formatted(
                  name(handle),
                  names(places.stream().map(columns::get).toList()),
                  places.stream().map(_ -> "?").collect(Collectors.joining(", ")));
    }

    void add(Row row) {
      try (PreparedStatement statement = connection.prepareStatement(text)) {
        for (int i = 0; i < places.size(); i++) {
          int place = places.get(i);
          CODEC.bind(statement, i + 1, handle.schema().columns().get(place).type(), row.get(place));
        }
        statement.executeUpdate();
      } catch (SQLException e) {
        if (sql.dialect().isViolation(e)) {
          throw new StorageException(
              "A row of table %s cannot stand in workspace file %s: %s"
                  .formatted(handle.path().table(), file, SqliteDialect.message(e)),
              "Close the table there (epoch branch close), or change the row",
              e);
        }
        throw sql.dialect().translate(e, text);
      }
    }
  }

  void setVersion(Table table, long version) {
    sql.update(
        "UPDATE epoch_workspace_tables SET version = ? WHERE number = ?", version, table.number());
  }

  // ---- opening and closing

  /** Makes a table, fills it, and captures what clients change. */
  void add(
      int number,
      TableHandle handle,
      String definition,
      List<String> beside,
      Iterable<Row> rows,
      long counted) {
    sql.execute(definition);
    Inserting inserting = new Inserting(handle);
    rows.forEach(inserting::add);
    beside.forEach(sql::execute);
    if (counted > 0) {
      String name = handle.path().table();
      sql.update("DELETE FROM sqlite_sequence WHERE name = ?", name);
      sql.update("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", name, counted);
    }
    String keys =
        IntStream.rangeClosed(1, handle.schema().primaryKey().size())
            .mapToObj(i -> "k" + i)
            .collect(Collectors.joining(", "));
    sql.execute(
        "CREATE TABLE epoch_c_%d (n INTEGER PRIMARY KEY AUTOINCREMENT, %s)"
            .formatted(number, keys));
    capture(number, handle.path().table(), handle.schema().primaryKey());
    LiveTable live = shapes.live(handle.path().table());
    sql.update(
        "INSERT INTO epoch_workspace_tables (number, id, name, rows, rest, version) VALUES (?, ?, ?, ?, ?, 0)",
        number,
        handle.id(),
        handle.path().table(),
        SqliteWorkspaceShapes.rows(live),
        shapes.rest(live));
  }

  void drop(Table table) {
    sql.execute("DROP TABLE IF EXISTS " + SqliteDialect.quoted(table.name()));
    sql.execute("DROP TABLE IF EXISTS " + table.changes());
    sql.update("DELETE FROM epoch_workspace_tables WHERE number = ?", table.number());
  }

  /** Views as far as their tables are there. */
  void views(List<String[]> views) {
    sql.execute(
        "CREATE TABLE IF NOT EXISTS epoch_workspace_views (name TEXT NOT NULL PRIMARY KEY)");
    for (String[] view : views) {
      sql.execute("SAVEPOINT epoch_view");
      try {
        sql.execute(view[1]);
        sql.all("SELECT * FROM " + SqliteDialect.quoted(view[0]) + " LIMIT 0", _ -> 0);
        sql.update("INSERT OR IGNORE INTO epoch_workspace_views (name) VALUES (?)", view[0]);
      } catch (StorageException itsTablesAreMissing) {
        sql.execute("ROLLBACK TO epoch_view");
      }
      sql.execute("RELEASE epoch_view");
    }
  }

  /** Who still has it open is refused, with the reason. */
  void retire() {
    for (Table table : tables()) {
      if (shapes.live(table.name()) == null) {
        continue;
      }
      for (String event : List.of("INSERT", "UPDATE", "DELETE")) {
        sql.execute(
            "CREATE TRIGGER epoch_closed_%d_%s BEFORE %s ON %s BEGIN SELECT RAISE(ABORT, %s); END"
                .formatted(
                    table.number(),
                    event,
                    event,
                    SqliteDialect.quoted(table.name()),
                    SqliteExpression.literal(CLOSED)));
      }
    }
  }

  long count(Table table) {
    return sql.number("SELECT count(*) FROM " + SqliteDialect.quoted(table.name()));
  }

  /** On disk, with indexes. */
  long bytes(Table table) {
    return sql.number(
        "SELECT sum(pgsize) FROM dbstat WHERE name = ?1"
            + " OR name IN (SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1)",
        table.name());
  }
}
