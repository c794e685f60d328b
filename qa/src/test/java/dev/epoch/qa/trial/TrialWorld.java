package dev.epoch.qa.trial;

import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.trial.Model.Place;
import dev.epoch.qa.trial.Rows.Cells;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One repository over two databases and a file of SQLite: {@code t} and {@code u} in the first,
 * {@code w} in the other, {@code f} in the file (in the second database, where there is none), and
 * the tables of {@link Shape}.
 */
final class TrialWorld {
  /** The short form of the trial commits and merges rows only. */
  static final boolean ALL_CASES = Boolean.getBoolean("epoch.test.allCases");

  static final String REPOSITORY = "trial";
  static final int FIRST_KEYS = 5;

  private final Database one;
  private final Database two;
  private final Path file;
  private final int clients;

  /**
   * @param one the first database, as clients reach it
   * @param two the second one
   * @param file of SQLite; null for none
   */
  TrialWorld(Database one, Database two, Path file, int clients) {
    this.one = one;
    this.two = two;
    this.file = file;
    this.clients = clients;
  }

  int clients() {
    return clients;
  }

  /** Which tables are in which database of PostgreSQL. */
  Map<Database, List<String>> tables() {
    Map<Database, List<String>> tables = new LinkedHashMap<>();
    for (Database database : List.of(one, two)) {
      tables.put(
          database,
          Model.TABLES.stream()
              .filter(table -> !isInFile(table) && databaseOf(table).equals(database))
              .toList());
    }
    return tables;
  }

  Database databaseOf(String table) {
    return Model.placeOf(table) == Place.FIRST ? one : two;
  }

  /** Whether no session can point to a branch of the table. */
  boolean isInFile(String table) {
    return file != null && Model.placeOf(table) == Place.FILE;
  }

  /** A session of the application of a table. */
  Connection connect(String table) throws SQLException {
    if (!isInFile(table)) {
      return databaseOf(table).connect();
    }
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    Database.execute(connection, "PRAGMA busy_timeout = 5000");
    return connection;
  }

  /** Points a session to a branch; the default branch is what it sees anyway. */
  void use(Connection connection, String branch) throws SQLException {
    if (branch.equals(Model.MAIN)) {
      return;
    }
    try (PreparedStatement use = connection.prepareStatement("SELECT epoch.use_branch(?, ?)")) {
      use.setString(1, branch);
      use.setString(2, REPOSITORY);
      use.execute();
    }
  }

  /**
   * Makes tables and repository, and commits once.
   *
   * @param serverSide the databases as the server reaches them
   * @return the rows that all begin with
   */
  Rows open(Rest rest, List<Database> serverSide) throws SQLException {
    TreeMap<RowId, Cells> rows = new TreeMap<>();
    for (String table : Model.TABLES) {
      try (Connection application = connect(table)) {
        if (isInFile(table)) {
          Database.execute(application, "PRAGMA journal_mode = WAL");
        }
        Database.execute(
            application, "CREATE TABLE " + table + " (id int PRIMARY KEY, a text, b text, c text)");
        Shape.Altered altered = Shape.of(table);
        for (int client = 1; client <= clients; client++) {
          if (altered == null || altered.owner() == client) {
            for (int number = 1; number <= FIRST_KEYS; number++) {
              rows.put(RowId.of(table, client, number), Cells.of("a", "b", "c"));
            }
          }
        }
        StringBuilder values = new StringBuilder();
        rows.keySet().stream()
            .filter(row -> row.table().equals(table))
            .forEach(row ->
                values
                    .append(values.isEmpty() ? "" : ", ")
                    .append("(%d, 'a', 'b', 'c')".formatted(row.id())));
        Database.execute(application, "INSERT INTO " + table + " VALUES " + values);
        if (altered != null) {
          rows.put(altered.shape(), Shape.FIXED);
        }
      }
    }
    rest.post("/repositories", "{\"name\": \"" + REPOSITORY + "\"}").ok();
    rest.post("/databases", "{\"id\": \"%1$s\", \"name\": \"%1$s\"}".formatted(REPOSITORY)).ok();
    rest.post(
            CatalogWork.CATALOG + "/schema/classes",
            "{\"name\": \"Thing\", \"properties\": [{\"name\": \"value\", \"data_type\": \"String\"}],"
                + " \"relationships\": [], \"derived\": []}")
        .ok();
    rest.post(CatalogWork.CATALOG + "/working-commit/commit", "{\"message\": \"first\"}").ok();
    Model.TABLES.forEach(table ->
        register(
            rest,
            table,
            isInFile(table)
                ? "sqlite://" + file + "/" + table
                : serverSide.get(databaseOf(table).equals(one) ? 0 : 1).url()
                    + "/public."
                    + table));
    rest.post(
            "/commits?repository=" + REPOSITORY,
            "{\"branch\": \"main\", \"message\": \"first\", \"all\": true}")
        .ok();
    return new Rows(rows);
  }

  private static void register(Rest rest, String table, String location) {
    rest.post(
            "/tables?repository=" + REPOSITORY,
            "{\"name\": \"%s\", \"location\": \"%s\"}".formatted(table, location))
        .ok();
  }
}
