package dev.epoch.gateway;

import static dev.epoch.gateway.TableContents.names;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.gateway.SchemaModel.Part;
import dev.epoch.gateway.migration.DdlService;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Clients that change rows and schema of a table {@code t}, on main and on branches. */
final class SchemaSessions {
  private final TestServer test;
  private final List<String> script;
  private final Map<String, Integer> counts;

  /** Whether clients now and then make a column that another branch has. */
  private final boolean copies;

  private final SchemaChange.Names names = new SchemaChange.Names();

  SchemaSessions(
      TestServer test, List<String> script, Map<String, Integer> counts, boolean copies) {
    this.test = test;
    this.script = script;
    this.counts = counts;
    this.copies = copies;
  }

  /** Makes the table with five rows, and registers it. */
  SchemaModel create() {
    SchemaModel table =
        SchemaModel.of(new Part(SchemaModel.KEY, "id", "integer", true, null, false));
    table.columns().add(new Part("n0", "name", "text", false, null, false));
    table.columns().add(new Part(SchemaModel.DEFAULTED, "price", "integer", false, "0", false));
    for (int key = 1; key < 6; key++) {
      table
          .rows()
          .put(key, new HashMap<>(Map.of("n0", "1" + key, SchemaModel.DEFAULTED, "2" + key)));
    }
    test.database.execute(
        "CREATE TABLE t (id integer PRIMARY KEY, name text, price integer DEFAULT 0)",
        "INSERT INTO t SELECT i, '1' || i, 20 + i FROM generate_series(1, 5) i");
    test.register("t");
    return table;
  }

  /**
   * Statements of a session, in one transaction or each in its own.
   *
   * @param working what the table is now, by branch
   * @return what it is on the branch then
   */
  SchemaModel work(String branch, Map<String, SchemaModel> working, Random random)
      throws SQLException {
    SchemaModel table = working.get(branch);
    SchemaModel live = working.get("main");
    boolean main = branch.equals("main");
    boolean alters = random.nextInt(3) > 0;
    boolean opens = alters || random.nextInt(3) == 0;
    boolean together = random.nextInt(3) == 0 && !(main && alters);
    try (Connection connection = session(test, branch);
        Statement session = connection.createStatement()) {
      if (!main && opens && !open(session, branch, table, live)) {
        alters = false;
      }
      assertThat(names(session)).as(branch).isEqualTo(table.schemaNames());
      connection.setAutoCommit(!together);
      SchemaModel begun = table;
      for (int i = random.nextInt(4); i >= 0; i--) {
        SchemaModel before = table;
        Random own = new Random(random.nextLong());
        SchemaChange change =
            alters && own.nextInt(2) == 0
                ? SchemaChange.ofSchema(
                    before, !main, own, names, elsewhere(branch, table, working))
                : SchemaChange.ofRows(before, own);
        if (change != null) {
          script.add("on " + branch + (together ? " (one transaction): " : ": ") + change.sql());
          if (main && takesValues(change.sql())) {
            test.server()
                .ddl()
                .run(
                    test.repository().state(),
                    new DdlService.Request(null, null, change.sql(), true, DdlService.USUAL, null));
          } else if (!taken(session, branch, change, live)) {
            if (together) {
              connection.rollback();
              return begun;
            }
            continue;
          }
          table = change.after();
          count(change.sql().split(" ")[0]);
        }
      }
      if (together) {
        connection.commit();
      }
    }
    return table;
  }

  /**
   * False where a rule of the live table refuses it: these show on branches that have no columns of
   * their own.
   */
  private boolean taken(Statement session, String branch, SchemaChange change, SchemaModel live)
      throws SQLException {
    try {
      session.execute(change.sql());
      return true;
    } catch (SQLException refused) {
      if (branch.equals("main") || !change.after().isRefusedBy(live)) {
        throw refused;
      }
      script.add("  refused: " + refused.getMessage().lines().findFirst().orElse(""));
      count("refused by a live rule");
      return false;
    }
  }

  /** Old commits of main answer only if Epoch does it: it keeps the values first. */
  private static boolean takesValues(String sql) {
    return sql.contains(" DROP COLUMN ") || sql.contains(" TYPE ");
  }

  private List<Part> elsewhere(String branch, SchemaModel own, Map<String, SchemaModel> working) {
    if (!copies) {
      return List.of();
    }
    List<Part> columns = new ArrayList<>();
    working.forEach((name, table) -> {
      if (!name.equals(branch)) {
        columns.addAll(table.columns());
      }
    });
    columns.removeIf(column -> own.column(column.id()).isPresent());
    return columns;
  }

  /** False where the table cannot be open because the live table has what the branch has not. */
  private boolean open(Statement session, String branch, SchemaModel table, SchemaModel live)
      throws SQLException {
    script.add("on " + branch + ": SELECT epoch.open_table('t')");
    try {
      session.execute("SELECT epoch.open_table('t')");
      count("opened");
      return true;
    } catch (SQLException refused) {
      if (!table.isRefusedBy(live)) {
        assertThat(refused.getMessage()).contains("merge the branch that has them");
      }
      count("not opened");
      return false;
    }
  }

  /** Closes the table, unless what is not committed forbids it. */
  void close(String branch) throws SQLException {
    String sql = "SELECT epoch.close_table('t')";
    script.add("on " + branch + ": " + sql);
    try {
      test.onBranch(branch, sql);
    } catch (SQLException refused) {
      assertThat(refused.getMessage()).contains("that is not committed");
    }
  }

  /** A session that works on a branch; the caller closes it. */
  static Connection session(TestServer test, String branch) throws SQLException {
    Connection connection = test.database.connect();
    if (!branch.equals("main")) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SELECT epoch.use_branch('" + branch + "')");
      }
    }
    return connection;
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }
}
