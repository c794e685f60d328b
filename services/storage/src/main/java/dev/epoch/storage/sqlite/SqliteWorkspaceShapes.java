package dev.epoch.storage.sqlite;

import dev.epoch.events.table.Column;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.relational.LiveColumn;
import dev.epoch.storage.relational.LiveTable;
import dev.epoch.storage.sqlite.SqliteWorkspaceFile.Table;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What tables look like in a workspace file, and whether that is what they looked like at first.
 */
record SqliteWorkspaceShapes(Path file, SqliteSql sql) {
  /** Tables and views that somebody made, or that are not there any more. */
  private List<String> strangers(List<Table> tables) {
    List<String> known = new ArrayList<>(tables.stream().map(Table::name).toList());
    known.addAll(views());
    return sql
        .all(
            "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view')"
                + " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'epoch\\_%' ESCAPE '\\'",
            row -> new String[] {row.getString(1), row.getString(2)})
        .stream()
        .filter(object -> !known.contains(object[1]))
        .map(object -> object[0] + " " + object[1])
        .toList();
  }

  /** Views that Epoch made there. */
  List<String> views() {
    return sql.hasTable("epoch_workspace_views")
        ? sql.all("SELECT name FROM epoch_workspace_views", row -> row.getString(1))
        : List.of();
  }

  /** Null if there is no such table. */
  LiveTable live(String name) {
    try {
      return new SqliteCatalog()
          .table(sql.connection(), new TablePath(SqliteCatalog.MAIN, name))
          .orElse(null);
    } catch (SQLException e) {
      throw sql.dialect().translate(e, "read the shape of " + name);
    }
  }

  /** Columns and key, as a text. */
  static String rows(LiveTable live) {
    return live == null ? "" : live.columns() + " " + live.key();
  }

  /** Constraints, indexes and triggers, as a text. */
  String rest(LiveTable live) {
    return live == null
        ? ""
        : live.constraints()
            + " "
            + live.indexes()
            + " "
            + sql.all(
                "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?"
                    + " AND name NOT LIKE 'epoch\\_%' ESCAPE '\\' ORDER BY name",
                row -> row.getString(1) + ": " + row.getString(2), live.path().table());
  }

  /**
   * @throws TableChangedException if rows of it cannot be those of the branch any more
   */
  void requireRows(Table table, TableHandle handle) {
    LiveTable live = live(table.name());
    if (live == null) {
      throw changed(table, "it was dropped or renamed");
    }
    List<String> names = live.columns().stream().map(LiveColumn::name).toList();
    if (!rows(live).equals(table.rows())
        || !names.equals(handle.schema().columns().stream().map(Column::name).toList())) {
      throw changed(
          table,
          "the branch has the columns %s, and the file %s"
              .formatted(
                  handle.schema().columns().stream().map(Column::name).toList(),
                  live.columns().stream().map(SqliteWorkspaceShapes::described).toList()));
    }
  }

  private static String described(LiveColumn column) {
    return (column.name() + " " + column.declared()).strip()
        + (column.nullable() ? "" : " NOT NULL");
  }

  /**
   * @throws TableChangedException if constraints, indexes or triggers of a table are others, or
   *     tables were made
   */
  void requireNothingElse(List<Table> tables) {
    for (Table table : tables) {
      LiveTable live = live(table.name());
      if (!rows(live).equals(table.rows())) {
        throw changed(
            table,
            live == null
                ? "it was dropped or renamed"
                : "its columns were others, and are "
                    + live.columns().stream().map(SqliteWorkspaceShapes::described).toList());
      }
      if (!rest(live).equals(table.rest())) {
        throw changed(table, "its constraints, indexes or triggers are others");
      }
    }
    List<String> strangers = strangers(tables);
    if (!strangers.isEmpty()) {
      throw new TableChangedException(
          "Workspace file %s has what the branch has not: %s"
              .formatted(file, String.join(", ", strangers)),
          "Branches of SQLite hold rows: drop it there, and make it in the database itself");
    }
  }

  private TableChangedException changed(Table table, String how) {
    return new TableChangedException(
        "Table %s has another shape in workspace file %s: %s".formatted(table.name(), file, how),
        "Branches of SQLite hold rows, not changes of schemas: take it back there, and alter the"
            + " table in the database itself; or close the table there (epoch branch close)");
  }
}
