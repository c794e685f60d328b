package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.merge.conflict.ConflictService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Migrations that sessions run on a branch: committed there, and nowhere else. */
@Tag("postgres-versions")
class BranchSchemaIT {
  private TestServer test;
  private TestTable table;

  @BeforeEach
  void start() {
    test = new TestServer();
    table = new TestTable(test, "t");
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, name text, price numeric)",
        "INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)");
    test.register("t");
    test.commit("main", "first");
    test.branch("x", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  /** In a session whose branch has open tables. */
  private void onBranch(String branch, String... statements) throws SQLException {
    try (Connection connection = test.database.connect();
        Statement session = connection.createStatement()) {
      session.execute("SET epoch.open_tables_up_to = '64MB'");
      session.execute("SELECT epoch.use_branch('" + branch + "')");
      for (String sql : statements) {
        session.execute(sql);
      }
    }
  }

  private RepositoryState state() {
    return test.repository().state();
  }

  private CommitState head(String branch) {
    return state().head(state().branch(branch).orElseThrow());
  }

  @Test
  void columnsOfABranchAreCommittedThere() throws SQLException {
    // given
    String main = head("main").id();

    // when
    onBranch(
        "x",
        "ALTER TABLE t ADD phone text DEFAULT 'p'",
        "UPDATE t SET phone = 'q' WHERE id = 2",
        "ALTER TABLE t RENAME name TO title");

    // then
    assertThat(table.status("x")).containsExactly("t 010 [ColumnModified, ColumnAdded]");
    assertThat(table.status("main")).isEmpty();
    assertThat(table.working("x")).contains("id=2 title=b price=2 phone=q");
    assertThat(table.rows("x")).contains("id=2 name=b price=2");

    // when
    String first = test.commit("x", "phone").commit().id();

    // then
    assertThat(table.status("x")).isEmpty();
    assertThat(test.server().reads().lost(Snapshot.of(state(), head("x"), first), "t")).isEmpty();
    assertThat(table.rows("x"))
        .containsExactly(
            "id=1 title=a price=1 phone=p",
            "id=2 title=b price=2 phone=q",
            "id=3 title=c price=3 phone=p");
    table.assertRecorded("x");
    assertThat(table.rows("main")).contains("id=2 name=b price=2");
    assertThat(table.working("main")).contains("id=2 name=b price=2");
    assertThat(head("main").id()).isEqualTo(main);

    // when it goes on, with what another branch was made from
    test.branch("y", "x");
    onBranch("x", "ALTER TABLE t DROP price", "UPDATE t SET phone = 'r' WHERE id = 3");
    test.commit("x", "no price");
    onBranch(
        "y", "INSERT INTO t (id, title, price) VALUES (4, 'd', 4)", "DELETE FROM t WHERE id = 1");
    test.commit("y", "rows");

    // then
    table.assertRecorded("x");
    assertThat(table.rows("x"))
        .containsExactly("id=1 title=a phone=p", "id=2 title=b phone=q", "id=3 title=c phone=r");
    assertThat(table.rows("y"))
        .containsExactly(
            "id=2 title=b price=2 phone=q",
            "id=3 title=c price=3 phone=p",
            "id=4 title=d price=4 phone=p");
    table.assertRecorded("y");
    assertThat(table.rows(first))
        .containsExactly(
            "id=1 title=a price=1 phone=p",
            "id=2 title=b price=2 phone=q",
            "id=3 title=c price=3 phone=p");
    assertThat(table.rows("main"))
        .containsExactly("id=1 name=a price=1", "id=2 name=b price=2", "id=3 name=c price=3");
  }

  @Test
  void valuesOfEachRowsOwnAreKept() throws SQLException {
    // when
    onBranch(
        "x",
        "ALTER TABLE t ADD code text DEFAULT 'n' || floor(random() * 1000)",
        "ALTER TABLE t ALTER price TYPE text USING 'p' || price");
    List<String> before = table.working("x");
    test.commit("x", "types");

    // then
    assertThat(table.rows("x")).isEqualTo(before).first().asString().contains("price=p1 code=n");
    table.assertRecorded("x");
    assertThat(table.rows("main")).contains("id=1 name=a price=1");

    // when the application does the same to the live table, and more
    test.database.execute(
        "ALTER TABLE t ADD note text DEFAULT 'live'", "UPDATE t SET name = 'A' WHERE id = 1");
    test.commit("main", "live");

    // then
    assertThat(table.rows("x")).isEqualTo(before);
    onBranch("x", "UPDATE t SET name = 'B' WHERE id = 2");
    test.commit("x", "row");
    assertThat(table.rows("x"))
        .hasSize(3)
        .anyMatch(row -> row.startsWith("id=2 name=B price=p2 code=n"));
    table.assertRecorded("x");
    assertThat(table.rows("main")).contains("id=1 name=A price=1 note=live");
  }

  @Test
  void aColumnOfATypeThatOnlyTheBranchHasIsRefusedUntilAllHaveTheType() throws SQLException {
    // given
    onBranch(
        "x",
        "CREATE TYPE mood AS ENUM ('ok', 'sad')",
        "CREATE DOMAIN moods AS mood[]",
        "ALTER TABLE t ADD m moods DEFAULT '{ok}'");

    // when, then
    assertThatThrownBy(() -> test.commit("x", "moods"))
        .isInstanceOf(TableChangedException.class)
        .hasMessageContaining("column \"m\" has the type moods, which was made on the branch");

    // when
    onBranch(
        "x",
        "CREATE TYPE public.mood AS ENUM ('ok', 'sad')",
        "ALTER TABLE t ALTER m DROP DEFAULT, ALTER m TYPE public.mood[] USING m::text::public.mood[]",
        "UPDATE t SET m = '{sad}' WHERE id = 2");
    test.commit("x", "moods");
    test.merge("x", "main");

    // then
    assertThat(table.rows("main"))
        .containsExactly(
            "id=1 name=a price=1 m={ok}",
            "id=2 name=b price=2 m={sad}",
            "id=3 name=c price=3 m={ok}");
  }

  @Test
  void aColumnWithoutAWrittenRowIsCommittedBesideOtherTables() throws SQLException {
    // given
    test.database.execute("CREATE TABLE u (id int PRIMARY KEY)");
    test.register("u");
    test.commit("main", "two tables");
    test.branch("y", "main");

    // when
    onBranch("y", "ALTER TABLE t ADD note text");
    test.commit("y", "note");
    test.database.execute("ALTER TABLE t ADD note text", "ALTER TABLE t ADD other int");
    test.commit("main", "the live table has it, too, and the branch's is closed");

    // then
    table.assertRecorded("y");
    assertThat(table.rows("y")).contains("id=2 name=b price=2 note=null");
    assertThat(seen("y")).isEqualTo("{\"id\": 2, \"name\": \"b\", \"note\": null, \"price\": 2}");
  }

  @Test
  void branchesKeepTheirColumnsWhereAMergeBringsOthersToMain() throws SQLException {
    // given
    test.branch("open", "main");
    onBranch("open", "UPDATE t SET price = 4 WHERE id = 1");
    test.branch("closed", "main");

    // when
    onBranch(
        "x",
        "ALTER TABLE t ADD note text DEFAULT 'n'",
        "ALTER TABLE t RENAME name TO title",
        "ALTER TABLE t DROP price");
    test.commit("x", "columns");
    test.mergeDestructively("x", "main");
    test.branch("late", "x");

    // then
    String before = "{\"id\": 2, \"name\": \"b\", \"price\": 2}";
    assertThat(seen("open")).isEqualTo(before);
    assertThat(seen("closed")).isEqualTo(before);
    assertThat(seen("late")).isEqualTo("{\"id\": 2, \"note\": \"n\", \"title\": \"b\"}");
    assertThat(seen("x")).isEqualTo(seen("late"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ADD CONSTRAINT part CHECK (price < 9)",
        "ADD CONSTRAINT part UNIQUE (name)",
        "ALTER name SET NOT NULL",
        "ADD n serial",
        "ADD CONSTRAINT part FOREIGN KEY (price) REFERENCES u (n)"
      })
  void rowsOfOthersAreAskedWhetherTheyKeepWhatTheBranchDemands(String demand) throws SQLException {
    // given
    test.database.execute(
        "CREATE TABLE u (id int PRIMARY KEY, n numeric UNIQUE)",
        "INSERT INTO u VALUES (1, 1), (2, 2), (3, 3)");
    test.register("u");
    test.commit("main", "two tables");
    test.branch("y", "main");
    onBranch("y", "ALTER TABLE t " + demand);
    test.commit("y", "demands");
    test.database.execute("INSERT INTO t VALUES (4, 'd', 2)");
    test.commit("main", "keeps them");

    // then
    assertThat(test.merge("main", "y").conflicts().containsKey("t"))
        .isEqualTo(demand.startsWith("ADD n"));
    if (demand.startsWith("ADD n")) {
      // a value can be given by hand
      assertThat(
              ConflictService.schema(
                      state(),
                      state().branch("y").orElseThrow(),
                      state().tables().named("t").orElseThrow())
                  .column("n"))
          .isPresent();
      return;
    }

    // when
    test.database.execute("INSERT INTO t VALUES (5, 'a', 9), (6, NULL, 9)");
    test.commit("main", "keeps none");

    // then
    assertThat(test.merge("main", "y").conflicts()).containsKey("t");
  }

  @Test
  void aMergeWithConflictsDoesNotBeginOverUncommittedColumns() throws SQLException {
    // given
    test.database.execute("CREATE TABLE u (id int PRIMARY KEY, n int)", "INSERT INTO u VALUES (1)");
    test.register("u");
    test.commit("main", "two tables");
    test.branch("y", "main");
    test.database.execute("UPDATE u SET n = 2", "UPDATE t SET price = 5 WHERE id = 1");
    test.commit("main", "ours");
    onBranch("y", "UPDATE u SET n = 3");
    test.commit("y", "theirs");

    // when
    onBranch("y", "ALTER TABLE t ADD note text");

    // then
    assertThatThrownBy(() -> test.merge("main", "y"))
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.rejection().code()).isEqualTo(Code.UNCOMMITTED_CHANGES));
    assertThat(state().branch("y").orElseThrow().merge()).isNull();
  }

  @Test
  void resetsPutColumnsAwayAndRefuseBeforeTheyBegin() throws SQLException {
    // given
    String first = head("x").id();
    onBranch("x", "ALTER TABLE t ADD note text");

    // when
    var moved =
        test.server().resets().hard(test.repository(), "x", "HEAD", null, TestServer.caller());

    // then
    assertThat(table.status("x")).isEmpty();
    assertThat(seen("x")).isEqualTo("{\"id\": 2, \"name\": \"b\", \"price\": 2}");

    // when it comes back
    test.server().resets().hard(test.repository(), "x", moved.saved(), null, TestServer.caller());

    // then
    assertThat(seen("x")).isEqualTo("{\"id\": 2, \"name\": \"b\", \"note\": null, \"price\": 2}");
    refused(() ->
        test.server().softResets().soft(test.repository(), "x", first, null, TestServer.caller()));
    assertThat(head("x").id()).isEqualTo(moved.saved());
  }

  @Test
  void stashesOfColumnsStayAndThoseOfLiveTablesAreRefused() throws SQLException {
    // given
    onBranch("x", "ALTER TABLE t ADD note text", "UPDATE t SET note = 'n' WHERE id = 2");
    test.server().stashes().push(test.repository(), "x", null, TestServer.caller());

    // then
    assertThat(table.status("x")).isEmpty();
    refused(() -> test.server().stashes().pop(test.repository(), "x", 0, TestServer.caller()));

    // given
    String main = head("main").id();
    test.database.execute("ALTER TABLE t ADD live int", "UPDATE t SET price = 9 WHERE id = 1");

    // then
    refused(
        () -> test.server().stashes().push(test.repository(), "main", null, TestServer.caller()));
    assertThat(head("main").id()).isEqualTo(main);
  }

  private static void refused(ThrowingCallable work) {
    assertThatThrownBy(work)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("he schema of t");
  }

  /** A row of the table, as a session on the branch has it. */
  private String seen(String branch) throws SQLException {
    try (Connection session = test.database.connect()) {
      TestDatabase.rows(session, "SELECT epoch.use_branch('" + branch + "')");
      return TestDatabase.rows(session, "SELECT to_jsonb(t)::text FROM t WHERE id = 2")
          .getFirst()
          .getFirst();
    }
  }
}
