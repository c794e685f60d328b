package dev.epoch.qa.trial;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.trial.Rows.Cells;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** Reads states of the repository, through the API and as a plain client of the databases. */
final class Reader {
  private static final Duration TOLD_LIMIT = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{64}");
  private static final String UNKNOWN_BRANCH = "42704";

  private final Delivery delivery;
  private final TrialWorld world;

  /** What sequences gave, by commit, row and column: nobody knows which number, but it stays. */
  private final Map<String, Map<String, String>> given = new ConcurrentHashMap<>();

  Reader(Delivery delivery, TrialWorld world) {
    this.delivery = delivery;
    this.world = world;
  }

  JsonNode get(String path) {
    return delivery.read(path).ok();
  }

  /** The committed rows at a ref, whose columns are those that the commit says. */
  Rows at(String ref) {
    Map<String, String> numbers = new TreeMap<>();
    Rows rows = rows("ref=" + Rest.escaped(ref), numbers);
    if (COMMIT.matcher(ref).matches()) {
      Map<String, String> first = given.putIfAbsent(ref, numbers);
      if (first != null && !first.equals(numbers)) {
        throw new AssertionError(
            "numbers at commit %s: %s, and at first %s".formatted(ref, numbers, first));
      }
    }
    shapes(ref, rows);
    return rows;
  }

  /** The rows of a branch with its uncommitted changes. */
  Rows working(String branch) {
    return rows("working=true&ref=" + Rest.escaped(branch), new TreeMap<>());
  }

  private Rows rows(String query, Map<String, String> numbers) {
    TreeMap<RowId, Cells> rows = new TreeMap<>();
    Model.TABLES.forEach(table -> records(table, query, rows, numbers));
    return new Rows(rows);
  }

  private void records(
      String table, String query, TreeMap<RowId, Cells> rows, Map<String, String> numbers) {
    JsonNode page = get("/tables/" + table + "/records?limit=1000&" + query);
    for (JsonNode record : page.path("records")) {
      RowId id = new RowId(table, record.path("id").intValue());
      TreeMap<String, String> values = new TreeMap<>();
      record
          .properties()
          .forEach(field -> values.put(field.getKey(), field.getValue().asText(null)));
      values.forEach((name, value) -> {
        if (Shape.isGiven(name)) {
          numbers.put(id + " " + name, String.valueOf(value));
        }
      });
      put(rows, id, values, query);
    }
  }

  /**
   * @param values by the names of columns, the key among them
   */
  private static void put(
      TreeMap<RowId, Cells> rows, RowId id, TreeMap<String, String> values, String where) {
    TreeMap<String, String> byId = new TreeMap<>();
    TreeMap<String, String> names = new TreeMap<>();
    values.remove("id");
    values.forEach((name, value) -> {
      boolean given = Shape.isGiven(name) && value != null;
      byId.put(Shape.id(name), given ? Shape.GIVEN : value);
      names.put(Shape.id(name), name);
    });
    if (byId.size() != values.size()) {
      throw new AssertionError("a column twice in " + where + ": " + values);
    }
    if (rows.put(id, new Cells(byId)) != null) {
      throw new AssertionError("twice in " + where + ": " + id + " " + values);
    }
    Shape.Altered altered = Shape.of(id.table());
    if (altered != null) {
      Cells shape = new Cells(names);
      Cells other = rows.put(altered.shape(), shape);
      if (other != null && !other.equals(shape)) {
        throw new AssertionError("columns in " + where + ": " + shape + " and " + other);
      }
    }
  }

  /** Fails unless a commit says of the altered tables what columns its rows have. */
  private void shapes(String ref, Rows rows) {
    for (Shape.Altered table : Shape.TABLES) {
      Cells expected = rows.get(table.shape());
      if (expected != null) {
        TreeMap<String, String> told = new TreeMap<>();
        for (JsonNode column :
            get("/tables/" + table.table() + "/schema?ref=" + Rest.escaped(ref)).path("columns")) {
          String name = column.path("name").textValue();
          String type = column.path("type").textValue();
          told.put(
              name, Shape.isGiven(name) ? type : type + " " + column.path("default").textValue());
        }
        TreeMap<String, String> must = new TreeMap<>(Map.of("id", "integer null"));
        expected
            .values()
            .forEach((id, name) ->
                must.put(
                    name,
                    Shape.isGiven(id)
                        ? "integer"
                        : "text "
                            + (Shape.initial(id) == null
                                ? null
                                : "'" + Shape.initial(id) + "'::text")));
        if (!told.equals(must)) {
          throw new AssertionError(
              "%s has the columns %s at %s, its rows have %s"
                  .formatted(table.table(), told, ref, must));
        }
      }
    }
  }

  /** A commit with its parents and rows. */
  Model.Commit commit(String id) {
    JsonNode commit = get("/commits/" + id);
    List<String> parents = new ArrayList<>();
    commit.path("parents").forEach(parent -> parents.add(parent.textValue()));
    return new Model.Commit(id, parents, at(id));
  }

  /** The head of a branch. */
  String head(String branch) {
    return get("/branches/" + Rest.escaped(branch)).path("head_commit_id").textValue();
  }

  /**
   * What a client of the databases sees on a branch, as soon as all of them have been told of it.
   */
  Rows clientSoon(String branch) throws SQLException {
    Instant end = Instant.now().plus(TOLD_LIMIT);
    while (true) {
      try {
        return client(branch);
      } catch (SQLException notYet) {
        if (!UNKNOWN_BRANCH.equals(notYet.getSQLState()) || Instant.now().isAfter(end)) {
          throw notYet;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** What a client of the databases sees on a branch. */
  Rows client(String branch) throws SQLException {
    TreeMap<RowId, Cells> rows = new TreeMap<>();
    for (Map.Entry<Database, List<String>> database : world.tables().entrySet()) {
      try (Connection connection = database.getKey().connect()) {
        world.use(connection, branch);
        for (String table : database.getValue()) {
          table(connection, table, branch, rows);
        }
      }
    }
    for (String table : Model.TABLES) {
      if (world.isInFile(table) && !branch.equals(Model.MAIN)) {
        records(table, "working=true&ref=" + Rest.escaped(branch), rows, new TreeMap<>());
      } else if (world.isInFile(table)) {
        try (Connection connection = world.connect(table)) {
          table(connection, table, branch, rows);
        }
      }
    }
    return new Rows(rows);
  }

  private static void table(
      Connection connection, String table, String branch, TreeMap<RowId, Cells> rows)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT * FROM " + table)) {
      while (found.next()) {
        TreeMap<String, String> values = new TreeMap<>();
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
          values.put(found.getMetaData().getColumnName(i), found.getString(i));
        }
        put(rows, new RowId(table, found.getInt("id")), values, branch + " for a client");
      }
    }
  }

  /** The rows of a view on a branch by their ids; a materialised one is refreshed before. */
  Map<Integer, List<String>> view(String branch, BranchView view) throws SQLException {
    Map<Integer, List<String>> rows = new TreeMap<>();
    try (Connection connection = world.databaseOf(view.table()).connect();
        Statement statement = connection.createStatement()) {
      world.use(connection, branch);
      if (view.materialized()) {
        statement.execute("REFRESH MATERIALIZED VIEW " + view.name());
      }
      ResultSet found = statement.executeQuery("SELECT * FROM " + view.name());
      while (found.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 2; i <= found.getMetaData().getColumnCount(); i++) {
          values.add(String.valueOf(found.getString(i)));
        }
        rows.put(found.getInt("id"), values);
      }
    }
    return rows;
  }

  /** How many columns a view has on a branch; none if it is not there. */
  int columnsOfView(String branch, BranchView view) throws SQLException {
    try (Connection connection = world.databaseOf(view.table()).connect();
        Statement statement = connection.createStatement()) {
      world.use(connection, branch);
      ResultSet found =
          statement.executeQuery(
              "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('"
                  + view.name()
                  + "') AND attnum > 0 AND NOT attisdropped");
      found.next();
      return found.getInt(1);
    }
  }

  /**
   * How many copies of branches' tables there are, and rows in which they differ from the layers.
   */
  long[] copies() throws SQLException {
    long[] sums = new long[2];
    for (Database database : world.tables().keySet()) {
      try (Connection connection = database.connect();
          Statement statement = connection.createStatement();
          ResultSet found =
              statement.executeQuery(
                  "SELECT count(*), coalesce(sum(epoch.copy_faults(branch_id, table_id)), 0)"
                      + " FROM epoch.branch_tables WHERE has_copy")) {
        found.next();
        sums[0] += found.getLong(1);
        sums[1] += found.getLong(2);
      }
    }
    return sums;
  }
}
