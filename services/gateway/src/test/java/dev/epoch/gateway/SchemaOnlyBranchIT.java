package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.branch.BranchService.NewBranch;
import dev.epoch.gateway.read.OpenTablesService;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.table.TableService;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Branches whose commits have schemas, and whose sessions have rows of nobody else. */
@Tag("postgres-versions")
class SchemaOnlyBranchIT {
  private static final List<String> FIRST =
      List.of("id=1 name=a price=1", "id=2 name=b price=2", "id=3 name=c price=3");

  private TestServer test;
  private TestTable table;

  @BeforeEach
  void start() {
    test = new TestServer();
    table = new TestTable(test, "t");
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, name text, price int)",
        "INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)",
        "CREATE TABLE parts (id int PRIMARY KEY, t int NOT NULL REFERENCES t)",
        "INSERT INTO parts VALUES (1, 1)",
        "CREATE TABLE logs (id int PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (10)",
        "INSERT INTO logs VALUES (1)");
    test.register("t");
    test.register("parts");
    test.register("logs");
    test.commit("main", "first");
    schemaOnly("x", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  private void schemaOnly(String name, String from) {
    test.server()
        .branches()
        .create(
            test.repository(),
            new NewBranch(name, from, false, null, null, true),
            TestServer.caller());
  }

  private RepositoryState state() {
    return test.repository().state();
  }

  private BranchState branch(String name) {
    return state().branch(name).orElseThrow();
  }

  /** What a session on the branch reads, one text a row. */
  private List<String> seen(String branch, String query) throws SQLException {
    try (Connection connection = test.database.connect();
        Statement session = connection.createStatement()) {
      session.execute("SELECT epoch.use_branch('" + branch + "')");
      List<String> rows = new ArrayList<>();
      try (ResultSet found = session.executeQuery(query)) {
        while (found.next()) {
          List<String> values = new ArrayList<>();
          for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
            values.add(String.valueOf(found.getString(i)));
          }
          rows.add(String.join(" ", values));
        }
      }
      return rows;
    }
  }

  private List<String> schemaOf(String branch) {
    return state()
        .tables()
        .schema(state().head(branch(branch)).tree().get("t").schemaHash())
        .columns()
        .stream()
        .map(column -> column.name() + " " + column.type().name())
        .toList();
  }

  @Test
  void rowsAreScratchDataOfItsSessions() throws SQLException {
    // given
    assertThat(seen("x", "SELECT * FROM t")).isEmpty();

    // when
    test.onBranch(
        "x",
        "INSERT INTO t VALUES (1, 'mine', 9) ON CONFLICT (id) DO UPDATE SET name = 'twice'",
        "INSERT INTO parts VALUES (7, 1)");

    // then
    assertThatThrownBy(() -> test.onBranch("x", "INSERT INTO parts VALUES (8, 2)"))
        .hasMessageContaining("parts_t_fkey");
    assertThatThrownBy(() -> seen("x", "SELECT * FROM logs")).hasMessageContaining("logs");
    assertThat(seen("x", "SELECT * FROM t")).containsExactly("1 mine 9");
    assertThat(table.status("x")).isEmpty();
    assertThat(test.server().workingSets().touched(state(), branch("x"), List.of())).isEmpty();
    assertThatThrownBy(() -> test.commit("x", "rows")).hasMessageContaining("Nothing to commit");
    assertThat(table.rows("x")).isEqualTo(FIRST);
    assertThat(table.working("main")).isEqualTo(FIRST);
    OpenTablesService.Openings opened = test.server().openTables().opened(state(), branch("x"));
    assertThat(opened.tables())
        .extracting(OpenTablesService.Table::name, OpenTablesService.Table::open)
        .containsExactly(tuple("logs", false), tuple("parts", true), tuple("t", true));
    assertThatThrownBy(() -> test.server().openTables().close(state(), branch("x"), List.of()))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> seen("x", "SELECT epoch.close_table('t')"))
        .hasMessageContaining("always open");
    assertThatThrownBy(
            () -> test.server().materializations().materialize(state(), branch("x"), List.of()))
        .hasMessageContaining("schema-only");

    // when the server starts over a snapshot and its log
    test.restart(Failpoints.NONE);

    // then
    assertThat(branch("x").traits().schemaOnly()).isTrue();
    assertThat(seen("x", "SELECT * FROM t")).containsExactly("1 mine 9");
  }

  private static org.assertj.core.groups.Tuple tuple(Object... values) {
    return org.assertj.core.groups.Tuple.tuple(values);
  }

  @Test
  void aMergeOfItBringsSchemasAndLeavesRows() throws SQLException {
    // given
    test.onBranch(
        "x",
        "INSERT INTO t VALUES (9, 'scratch', 9)",
        "ALTER TABLE t ADD phone text NOT NULL DEFAULT 'p'",
        "ALTER TABLE t ADD code uuid NOT NULL DEFAULT gen_random_uuid()",
        "ALTER TABLE t RENAME name TO title",
        "ALTER TABLE t ALTER price TYPE bigint",
        "CREATE INDEX t_by_title ON t (title)",
        "DELETE FROM t");
    assertThat(table.status("x"))
        .singleElement()
        .asString()
        .startsWith("t 000 ")
        .contains("ColumnAdded", "ColumnModified", "IndexAdded");

    // when
    String commit = test.commit("x", "columns").commit().id();

    // then
    assertThat(table.status("x")).isEmpty();
    assertThat(schemaOf("x"))
        .containsExactly("id integer", "title text", "price bigint", "phone text", "code uuid");
    assertThat(state().commits().byId().get(commit).changed())
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.rowCount()).isEqualTo(3);
          assertThat(entry.inserted() + entry.updated() + entry.deleted()).isZero();
        });
    assertThat(table.rows("x")).hasSize(3).first().asString().startsWith("id=1 title=a ");
    table.assertRecorded("x");

    // when main goes on, first into the branch
    test.database.execute(
        "UPDATE t SET price = 20 WHERE id = 2", "INSERT INTO t VALUES (4, 'd', 4)");
    test.commit("main", "rows");
    assertThat(test.merge("main", "x").conflicts()).isEmpty();

    // then
    assertThat(table.rows("x"))
        .extracting(row -> row.replaceFirst(" code=[^ ]*", ""))
        .containsExactly(
            "id=1 title=a price=1 phone=p",
            "id=2 title=b price=20 phone=p",
            "id=3 title=c price=3 phone=p",
            "id=4 title=d price=4 phone=p");
    table.assertRecorded("x");
    assertThat(seen("x", "SELECT * FROM t")).isEmpty();

    // when
    test.database.execute("UPDATE t SET name = 'B' WHERE id = 2");
    test.commit("main", "more rows");
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(table.rows("main"))
        .extracting(row -> row.replaceFirst(" code=[^ ]*", ""))
        .containsExactly(
            "id=1 title=a price=1 phone=p",
            "id=2 title=B price=20 phone=p",
            "id=3 title=c price=3 phone=p",
            "id=4 title=d price=4 phone=p");
    assertThat(table.rows("main")).noneMatch(row -> row.contains("code=null"));
    assertThat(table.working("main")).isEqualTo(table.rows("main"));
    table.assertRecorded("main");
  }

  @Test
  void ontoAMainThatHasNotMovedTheHeadMoves() throws SQLException {
    // given
    test.onBranch("x", "ALTER TABLE t ADD phone text", "ALTER TABLE t RENAME name TO title");
    test.commit("x", "columns");
    String commit = branch("x").head();

    // when
    assertThat(test.merge("x", "main").fastForward()).isTrue();

    // then
    assertThat(branch("main").head()).isEqualTo(commit);
    assertThat(table.status("main")).isEmpty();
    assertThat(table.rows("main")).first().asString().startsWith("id=1 title=a price=1");
    assertThat(table.working("main")).isEqualTo(table.rows("main"));
    table.assertRecorded("main");

    // when main goes on
    test.database.execute("UPDATE t SET phone = 'p' WHERE id = 2");
    test.commit("main", "a phone");

    // then
    assertThat(table.rows("main")).contains("id=2 title=b price=2 phone=p");
    table.assertRecorded("main");
  }

  /** Values of another kind: what PostgreSQL makes of them. */
  @Test
  void typesThatItChangesAreChangedWhereItIsMerged() throws SQLException {
    // given
    test.database.execute(
        "ALTER TABLE t ADD born date DEFAULT '2020-02-02', ADD size text DEFAULT '7'");
    test.commit("main", "more");
    test.merge("main", "x");
    test.onBranch(
        "x",
        "ALTER TABLE t ALTER price TYPE text",
        "ALTER TABLE t ALTER born TYPE timestamp",
        "ALTER TABLE t ALTER size DROP DEFAULT, ALTER size TYPE int USING length(size)");

    // when
    test.commit("x", "types");

    // then
    List<String> expected =
        List.of(
            "id=1 name=a price=1 born=2020-02-02 00:00:00 size=7",
            "id=2 name=b price=2 born=2020-02-02 00:00:00 size=7",
            "id=3 name=c price=3 born=2020-02-02 00:00:00 size=7");
    assertThat(table.rows("x")).isEqualTo(expected);
    table.assertRecorded("x");

    // when rows come, and it goes on
    test.database.execute("INSERT INTO t VALUES (4, 'd', 4, '2024-04-04', '40')");
    test.commit("main", "row");
    test.merge("main", "x");
    assertThat(table.rows("x"))
        .contains("id=4 name=d price=4 born=2024-04-04 00:00:00 size=40")
        .containsAll(expected);
    table.assertRecorded("x");
    test.onBranch("x", "ALTER TABLE t ALTER price TYPE bigint USING price::bigint");
    test.commit("x", "again");
    assertThat(test.mergeDestructively("x", "main").conflicts()).isEmpty();

    // then
    assertThat(table.rows("main"))
        .contains("id=4 name=d price=4 born=2024-04-04 00:00:00 size=40")
        .containsAll(expected);
    assertThat(table.working("main")).isEqualTo(table.rows("main"));
    table.assertRecorded("main");
    assertThat(seen("x", "SELECT price, born, size FROM t")).isEmpty();
  }

  @Test
  void aMergeIntoItBringsSchemasAndLeavesScratchData() throws SQLException {
    // given
    test.onBranch("x", "INSERT INTO t VALUES (9, 'scratch', 9)", "ALTER TABLE parts ADD note text");
    test.commit("x", "note");
    test.database.execute(
        "ALTER TABLE t ADD phone text DEFAULT 'p'",
        "INSERT INTO t VALUES (4, 'd', 4, 'q')",
        "DELETE FROM t WHERE id = 3",
        "INSERT INTO parts VALUES (2, 2)",
        "CREATE TABLE late (id int PRIMARY KEY)",
        "INSERT INTO late VALUES (1)");
    test.register("late");
    test.commit("main", "phone");
    assertThat(seen("x", "SELECT * FROM t")).containsExactly("9 scratch 9");

    // when
    test.merge("main", "x");

    // then
    assertThat(seen("x", "SELECT id, name, phone FROM t")).containsExactly("9 scratch p");
    assertThat(seen("x", "SELECT * FROM late")).isEmpty();
    assertThat(seen("x", "SELECT * FROM parts")).isEmpty();
    assertThat(table.status("x")).isEmpty();
    assertThat(table.rows("x"))
        .containsExactly(
            "id=1 name=a price=1 phone=p",
            "id=2 name=b price=2 phone=p",
            "id=4 name=d price=4 phone=q");
    table.assertRecorded("x");
    assertThat(new TestTable(test, "parts").rows("x"))
        .containsExactly("id=1 t=1 note=null", "id=2 t=2 note=null");

    // when it goes on, and back
    test.onBranch("x", "INSERT INTO late VALUES (5)", "ALTER TABLE t ADD more int");
    test.commit("x", "more");
    test.merge("x", "main");

    // then
    assertThat(table.rows("main")).hasSize(3).allMatch(row -> row.endsWith(" more=null"));
    assertThat(new TestTable(test, "late").rows("main")).containsExactly("id=1");
    assertThat(new TestTable(test, "parts").rows("main"))
        .containsExactly("id=1 t=1 note=null", "id=2 t=2 note=null");
  }

  @Test
  void newTablesAndBranchesOfItAreLikeIt() throws SQLException {
    // given
    test.onBranch(
        "x",
        "CREATE TABLE notes (id serial PRIMARY KEY, body text)",
        "INSERT INTO notes (body) VALUES ('s')");
    test.server()
        .tables()
        .register(
            test.repository(),
            new TableService.Request("notes", null, null, null, List.of(), "x"),
            TestServer.caller());
    test.commit("x", "notes");
    TestTable notes = new TestTable(test, "notes");
    assertThat(notes.rows("x")).isEmpty();
    assertThat(seen("x", "SELECT body FROM notes")).containsExactly("s");

    // when
    test.branch("y", "x~0");
    test.onBranch("y", "ALTER TABLE notes ADD at date");
    test.commit("y", "at");

    // then
    assertThat(branch("y").traits().schemaOnly()).isTrue();
    assertThat(seen("y", "SELECT * FROM notes")).isEmpty();
    assertThat(seen("y", "SELECT * FROM t")).isEmpty();
    test.merge("y", "main");
    assertThat(notes.rows("main")).isEmpty();
    assertThat(table.rows("main")).isEqualTo(FIRST);
    assertThat(seen("x", "SELECT body FROM notes")).containsExactly("s");
  }

  @Test
  void resetsAndPicksMoveItsSchema() throws SQLException {
    // given
    String start = branch("x").head();
    test.onBranch("x", "INSERT INTO t VALUES (9, 'scratch', 9)", "ALTER TABLE t ADD phone text");
    test.commit("x", "phone");
    test.branch("rows", "main");
    test.onBranch(
        "rows",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD mail text DEFAULT 'm'",
        "UPDATE t SET price = 30 WHERE id = 3");
    String picked = test.commit("rows", "mail").commit().id();

    // when
    test.replay("x", "cherry_pick", picked);

    // then
    assertThat(seen("x", "SELECT id, name, mail FROM t")).containsExactly("9 scratch m");
    assertThat(table.rows("x"))
        .containsExactly(
            "id=1 name=a price=1 phone=null mail=m",
            "id=2 name=b price=2 phone=null mail=m",
            "id=3 name=c price=30 phone=null mail=m");
    table.assertRecorded("x");

    // when
    test.server().resets().hard(test.repository(), "x", start, null, TestServer.caller());

    // then
    assertThat(seen("x", "SELECT * FROM t")).containsExactly("9 scratch 9");
    assertThat(table.rows("x")).isEqualTo(FIRST);
    assertThat(table.status("x")).isEmpty();
  }
}
