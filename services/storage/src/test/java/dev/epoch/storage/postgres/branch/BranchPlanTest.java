package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How PostgreSQL reads the views of branches, and that plans made once stay right. */
class BranchPlanTest {
  private static final int ROWS = 20_000;

  private VersionedDatabase database;
  private TableHandle items;
  private BranchHandle feature;
  private Connection branch;

  @BeforeEach
  void start() throws SQLException {
    database = VersionedDatabase.start();
    database
        .sql()
        .execute(
            "CREATE TABLE items (id integer PRIMARY KEY, name text NOT NULL, n integer)",
            "INSERT INTO items SELECT i, 'name ' || i, i % 7 FROM generate_series(1, "
                + ROWS
                + ") i",
            "ANALYZE items");
    items = database.installReal(new TablePath("public", "items"), "items");
    feature = database.branch("feature/x", items);
    branch = database.connect(feature);
    run(branch, "SET max_parallel_workers_per_gather = 0");
  }

  @AfterEach
  void stop() throws SQLException {
    branch.close();
    database.close();
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String one(Connection connection, String sql) {
    return TestDatabase.rows(connection, sql).getFirst().getFirst();
  }

  private String plan(String sql) {
    return TestDatabase.rows(branch, "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + sql).stream()
        .map(List::getFirst)
        .collect(Collectors.joining("\n"));
  }

  /** The lines of a plan that were executed. */
  private static List<String> executed(String plan, String part) {
    return plan.lines()
        .filter(line -> line.contains(part) && !line.contains("never executed"))
        .toList();
  }

  private void changeSome() throws SQLException {
    run(branch, "UPDATE items SET name = 'new' WHERE id % 100 = 0");
    run(branch, "DELETE FROM items WHERE id % 100 = 1");
    run(branch, "INSERT INTO items VALUES (0, 'zero', 0)");
    database.sql().execute("UPDATE items SET n = n + 1 WHERE id % 50 = 3");
  }

  @Test
  void anUntouchedTableIsScannedOnceWithoutALookUpPerRow() {
    // when
    String plan = plan("SELECT n, count(*) FROM items GROUP BY n");

    // then: keys that hide rows are read once, not once for each row
    assertThat(executed(plan, "Seq Scan on items live")).hasSize(1);
    assertThat(plan)
        .doesNotContain("Subquery Scan")
        .doesNotContain("Join")
        .contains("hashed SubPlan");
    assertThat(executed(plan, "loops=")).allMatch(line -> line.contains("loops=1"));
  }

  @Test
  void aChangedTableIsScannedOnceWithoutALookUpPerRow() throws SQLException {
    // given
    changeSome();

    // when
    String plan = plan("SELECT n, count(*) FROM items GROUP BY n");

    // then
    assertThat(executed(plan, "Seq Scan on items live").getFirst()).contains("loops=1");
    assertThat(plan).doesNotContain("Join").contains("hashed SubPlan");
    assertThat(executed(plan, "Scan using items_pkey")).isEmpty();
  }

  @Test
  void joinsByKeyUseTheIndexes() throws SQLException {
    // given
    changeSome();

    // when
    String join = "items AS i JOIN generate_series(500, 520) AS g ON g = i.id";
    String plan = plan("SELECT i.* FROM " + join);

    // then
    assertThat(executed(plan, "Seq Scan on items live")).isEmpty();
    assertThat(executed(plan, "Index Scan using items_pkey on items live")).hasSize(1);
    assertThat(one(branch, "SELECT count(*) || min(i.name) || max(i.name) FROM " + join))
        .isEqualTo("20name 502new");
  }

  @Test
  void theOrderOfTheKeyNeedsNoSort() throws SQLException {
    // given
    changeSome();
    run(branch, "SET enable_sort = off");

    // when
    String plan = plan("SELECT * FROM items ORDER BY id LIMIT 5");

    // then
    assertThat(plan).contains("Merge Append").doesNotContain("Sort Method");
    assertThat(executed(plan, "Seq Scan on items live")).isEmpty();
    assertThat(
            one(
                branch,
                "SELECT string_agg(id::text, ' ') FROM (SELECT id FROM items ORDER BY id LIMIT 4) i"))
        .isEqualTo("0 2 3 4");
  }

  /** A statement with one key costs what its planning costs: so much for each relation in it. */
  @Test
  void aStatementMentionsFewRelations() throws Exception {
    assertThat(relations()).as("never changed").hasSizeLessThanOrEqualTo(6);

    // given
    changeSome();
    database.commit(items, "id", "name", "n");
    database.sql().execute("UPDATE items SET n = n + 1 WHERE id % 50 = 4");

    // then: four parts, four sets of keys that hide the first, three that hide the others
    assertThat(relations())
        .hasSizeLessThanOrEqualTo(11)
        .noneMatch(line -> line.contains("branch_tables"));
    assertThat(one(branch, "SELECT n FROM items WHERE id = 53")).isEqualTo("4");
    assertThat(one(branch, "SELECT n FROM items WHERE id = 54")).isEqualTo("5");
    assertThat(one(branch, "SELECT name FROM items WHERE id = 100")).isEqualTo("new");
  }

  private List<String> relations() {
    return TestDatabase.rows(branch, "EXPLAIN (COSTS OFF) SELECT * FROM items WHERE id = 5")
        .stream()
        .map(List::getFirst)
        .filter(line ->
            line.matches(".* Scan .*\\bon .*") && !line.matches(".*(Subquery|Bitmap Index) Scan.*"))
        .toList();
  }

  @Test
  void genericPlansFindOneKeyByIndex() throws SQLException {
    // given
    changeSome();
    run(branch, "SET plan_cache_mode = force_generic_plan");
    run(branch, "PREPARE one(integer) AS SELECT name FROM items WHERE id = $1");

    // when
    String plan = plan("EXECUTE one(100)");

    // then
    assertThat(plan).contains("$1");
    assertThat(executed(plan, "Seq Scan on items live")).isEmpty();
    assertThat(TestDatabase.rows(branch, "EXECUTE one(100)")).isEqualTo(List.of(List.of("new")));
    assertThat(TestDatabase.rows(branch, "EXECUTE one(101)")).isEmpty();
    assertThat(TestDatabase.rows(branch, "EXECUTE one(53)")).isEqualTo(List.of(List.of("name 53")));
  }

  @Test
  void plansOfPreparedStatementsStayRight() throws SQLException {
    // given: the driver prepares at the server after five times
    String sql = "SELECT count(*) || ' ' || sum(id) || ' ' || sum(n) FROM items WHERE id <= ?";
    try (PreparedStatement statement = branch.prepareStatement(sql)) {
      List<String> answers = new ArrayList<>();
      for (int round = 0; round < 12; round++) {
        // when: the live table changes between executions, and some changes are committed
        database
            .sql()
            .execute(
                "UPDATE items SET n = n + 1 WHERE id <= " + (round + 20),
                "DELETE FROM items WHERE id = " + (round + 1),
                "INSERT INTO items VALUES (-" + (round + 1) + ", 'live', 1)");
        if (round % 3 == 2) {
          database.commit(items, "id", "name", "n");
        }
        statement.setInt(1, 100);
        try (ResultSet result = statement.executeQuery()) {
          result.next();
          answers.add(result.getString(1));
        }
      }

      // then
      assertThat(answers).containsOnly("100 5050 297");
      // when: the branch is changed, and anchored anew
      run(branch, "DELETE FROM items WHERE id = 100");
      database.branches.put(
          feature, database.heads(new RowsLocation(database.position(), feature.id(), 0), items));
      statement.setInt(1, 100);
      try (ResultSet result = statement.executeQuery()) {
        result.next();

        // then: without 1 to 12 and 100, with -1 to -12
        assertThat(result.getString(1)).startsWith("99 ");
      }
    }
  }

  @Test
  void aSnapshotKeepsItsAnchor() throws SQLException {
    // given
    branch.setAutoCommit(false);
    branch.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    String names = "SELECT string_agg(name, ' ' ORDER BY id) FROM items WHERE id < 4";
    assertThat(one(branch, names)).isEqualTo("name 1 name 2 name 3");

    // when
    database.sql().execute("UPDATE items SET name = 'live' WHERE id = 2");
    assertThat(one(branch, names)).isEqualTo("name 1 name 2 name 3");
    database.commit(items, "id", "name", "n");
    database.branches.put(feature, database.heads(RowsLocation.live(database.position()), items));

    // then
    assertThat(one(branch, names)).isEqualTo("name 1 name 2 name 3");
    branch.commit();
    assertThat(one(branch, names)).isEqualTo("name 1 live name 3");
  }

  @Test
  void columnsMayHaveNamesThatViewsUse() throws SQLException {
    // given
    database
        .sql()
        .execute(
            "CREATE TABLE odd (epoch_part integer PRIMARY KEY, epoch_part_ text, part text, live text, hidden text)",
            "INSERT INTO odd VALUES (1, 'a', 'b', 'c', 'd'), (2, 'e', 'f', 'g', 'h')");
    TableHandle odd = database.installReal(new TablePath("public", "odd"), "odd");
    BranchHandle other = database.branch("other", odd);
    try (Connection session = database.connect(other)) {
      // when
      run(session, "UPDATE odd SET hidden = 'x' WHERE epoch_part = 1");
      database.sql().execute("DELETE FROM odd");

      // then
      assertThat(TestDatabase.rows(session, "SELECT * FROM odd ORDER BY epoch_part"))
          .containsExactly(List.of("1", "a", "b", "c", "x"), List.of("2", "e", "f", "g", "h"));
    }
  }
}
