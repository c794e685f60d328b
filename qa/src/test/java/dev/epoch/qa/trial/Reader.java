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
import java.util.concurrent.locks.LockSupport;

/** Reads states of the repository, through the API and as a plain client of the databases. */
final class Reader {
  private static final Duration TOLD_LIMIT = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final String UNKNOWN_BRANCH = "42704";

  private final Delivery delivery;
  private final TrialWorld world;

  Reader(Delivery delivery, TrialWorld world) {
    this.delivery = delivery;
    this.world = world;
  }

  JsonNode get(String path) {
    return delivery.read(path).ok();
  }

  /** The committed rows at a ref. */
  Rows at(String ref) {
    return rows("ref=" + Rest.escaped(ref));
  }

  /** The rows of a branch with its uncommitted changes. */
  Rows working(String branch) {
    return rows("working=true&ref=" + Rest.escaped(branch));
  }

  private Rows rows(String query) {
    TreeMap<RowId, Cells> rows = new TreeMap<>();
    for (String table : Model.TABLES) {
      JsonNode page = get("/tables/" + table + "/records?limit=1000&" + query);
      for (JsonNode record : page.path("records")) {
        Cells cells = new Cells(text(record, "a"), text(record, "b"), text(record, "c"));
        if (rows.put(new RowId(table, record.path("id").intValue()), cells) != null) {
          throw new AssertionError("twice in " + query + ": " + record);
        }
      }
    }
    return new Rows(rows);
  }

  private static String text(JsonNode record, String column) {
    return record.path(column).textValue();
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
      try (Connection connection = database.getKey().connect();
          Statement statement = connection.createStatement()) {
        world.use(connection, branch);
        for (String table : database.getValue()) {
          ResultSet found = statement.executeQuery("SELECT id, a, b, c FROM " + table);
          while (found.next()) {
            Cells cells = new Cells(found.getString(2), found.getString(3), found.getString(4));
            if (rows.put(new RowId(table, found.getInt(1)), cells) != null) {
              throw new AssertionError("twice in " + table + " of " + branch + ": " + cells);
            }
          }
        }
      }
    }
    return new Rows(rows);
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
