package dev.epoch.storage.sqlite;

import java.util.List;
import java.util.Optional;

/** What the database notes of files in which clients find branches; nothing where there is none. */
record SqliteWorkspaceRegistry(SqliteSql sql) {
  private static final String FILES = "epoch_workspaces";
  private static final String TABLES = "epoch_workspace_tables";

  /**
   * A file.
   *
   * @param id that it says of itself
   * @param file its name, beside the database
   */
  record Open(String id, String file, List<OpenTable> tables) {
    Open {
      tables = List.copyOf(tables);
    }

    Optional<OpenTable> table(String tableId) {
      return tables.stream().filter(table -> table.id().equals(tableId)).findFirst();
    }
  }

  /**
   * A table in it.
   *
   * @param number of the registration
   * @param drained number of the last change that is in the branch's layers
   * @param version that the table in the file has, unless it lacks what was written last
   */
  record OpenTable(int number, String id, long drained, long version) {}

  void create() {
    sql.execute(
        "CREATE TABLE IF NOT EXISTS %s (branch TEXT NOT NULL PRIMARY KEY, id TEXT NOT NULL, file TEXT NOT NULL)"
            .formatted(FILES));
    sql.execute(
        "CREATE TABLE IF NOT EXISTS %s (branch TEXT NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL, drained INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (branch, number))"
            .formatted(TABLES));
  }

  List<String> branches() {
    return sql.hasTable(FILES)
        ? sql.all("SELECT branch FROM " + FILES, row -> row.getString(1))
        : List.of();
  }

  /** Names of all files. */
  List<String> files() {
    return sql.hasTable(FILES)
        ? sql.all("SELECT file FROM " + FILES, row -> row.getString(1))
        : List.of();
  }

  Optional<Open> find(String branch) {
    if (!sql.hasTable(FILES)) {
      return Optional.empty();
    }
    List<OpenTable> tables =
        sql.all(
            "SELECT number, id, drained, version FROM " + TABLES + " WHERE branch = ?",
            row -> new OpenTable(row.getInt(1), row.getString(2), row.getLong(3), row.getLong(4)),
            branch);
    return sql
        .all(
            "SELECT id, file FROM " + FILES + " WHERE branch = ?",
            row -> new Open(row.getString(1), row.getString(2), tables),
            branch)
        .stream()
        .findFirst();
  }

  List<String> heads(String branch) {
    return sql.all(
        "SELECT t.table_number, t.anchor, t.overlay, t.overlay_position FROM epoch_branch_tables t"
            + " JOIN epoch_branches b ON b.number = t.branch WHERE b.id = ? ORDER BY 1",
        row -> row.getInt(1) + " " + row.getLong(2) + " " + row.getString(3) + " " + row.getLong(4),
        branch);
  }

  void put(String branch, Open open) {
    sql.update(
        "INSERT INTO " + FILES + " (branch, id, file) VALUES (?, ?, ?)",
        branch,
        open.id(),
        open.file());
  }

  void put(String branch, int number, String id) {
    sql.update(
        "INSERT INTO " + TABLES + " (branch, number, id, drained, version) VALUES (?, ?, ?, 0, 0)",
        branch,
        number,
        id);
  }

  void setDrained(String branch, int number, long drained) {
    sql.update(
        "UPDATE " + TABLES + " SET drained = ? WHERE branch = ? AND number = ?",
        drained,
        branch,
        number);
  }

  void setVersion(String branch, int number, long version) {
    sql.update(
        "UPDATE " + TABLES + " SET version = ? WHERE branch = ? AND number = ?",
        version,
        branch,
        number);
  }

  /** No table of the file is known to have what the branch has. */
  void distrust(String branch) {
    sql.update("UPDATE " + TABLES + " SET version = version + 1 WHERE branch = ?", branch);
  }

  void remove(String branch, int number) {
    sql.update("DELETE FROM " + TABLES + " WHERE branch = ? AND number = ?", branch, number);
  }

  /** The last one takes all that stands for them with it. */
  void remove(String branch) {
    sql.update("DELETE FROM " + TABLES + " WHERE branch = ?", branch);
    sql.update("DELETE FROM " + FILES + " WHERE branch = ?", branch);
    if (branches().isEmpty()) {
      sql.execute("DROP TABLE " + TABLES);
      sql.execute("DROP TABLE " + FILES);
    }
  }
}
