package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.read.DiffService;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.RefusedException;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Migrations of live tables between commits, with branches and merges around them. */
@Tag("postgres-versions")
class LiveSchemaIT {
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

  private RepositoryState state() {
    return test.repository().state();
  }

  private CommitState head(String branch) {
    RepositoryState state = state();
    return state.head(state.branch(branch).orElseThrow());
  }

  @Test
  void aColumnThatWasAddedIsCommittedAlone() {
    // given
    String first = head("main").id();
    String content = head("main").tree().get("t").contentHash().hex();

    // when
    test.database.execute("ALTER TABLE t ADD extra text DEFAULT 'd'");

    // then
    assertThat(table.status("main")).containsExactly("t 000 [ColumnAdded]");
    assertThat(table.working("main")).contains("id=1 name=a price=1 extra=d");
    assertThat(table.rows("main")).contains("id=1 name=a price=1");

    // when
    CommitState commit = test.commit("main", "column").commit();

    // then
    assertThat(table.status("main")).isEmpty();
    assertThat(commit.tree().get("t").contentHash().hex()).isEqualTo(content);
    assertThat(DiffService.recorded(state(), commit))
        .singleElement()
        .satisfies(diff -> assertThat(diff.schemaChanges()).hasSize(1));
    assertThat(table.rows("main")).contains("id=1 name=a price=1 extra=d");
    assertThat(table.rows(first)).contains("id=1 name=a price=1");
    assertThatThrownBy(() -> test.commit("main", "again")).isInstanceOf(RefusedException.class);
  }

  @Test
  void whoReadsWhileAMigrationIsCommittedReadsAsBefore() throws Exception {
    String first = head("main").id();
    List<String> before = table.rows(first);
    try (Connection migration = test.database.connect()) {
      assertThat(
              overtaken(migration, "ALTER TABLE t RENAME name TO label", () -> table.rows(first)))
          .isEqualTo(before);
    }
  }

  @Test
  void whoLooksAtABranchWhileATableIsClosedThereSeesItsChanges() throws Exception {
    test.onBranch("x", "SELECT epoch.open_table('t')", "UPDATE t SET name = 'x' WHERE id = 2");
    try (Connection session = test.database.connect();
        Statement statement = session.createStatement()) {
      statement.execute("SELECT epoch.use_branch('x')");
      assertThat(overtaken(session, "SELECT epoch.close_table('t')", () -> table.status("x")))
          .containsExactly("t 010 []");
    }
  }

  /** The first session on a branch may be the first that meets the live table's new columns. */
  @Test
  void aBranchThatNobodyUsedBeforeTheMigration() throws Exception {
    // given
    test.branch("y", "main");
    test.database.execute(
        "ALTER TABLE t RENAME id TO number", "ALTER TABLE t RENAME name TO label");

    // when
    test.onBranch("x", "UPDATE t SET name = 'x' WHERE id = 2");
    test.onBranch("y", "SELECT epoch.open_table('t')", "UPDATE t SET name = 'y' WHERE id = 3");

    // then
    assertThat(table.working("x")).contains("id=2 name=x price=2");
    assertThat(table.working("y")).contains("id=3 name=y price=3");
    test.commit("x", "x");
    test.commit("y", "y");
    table.assertRecorded("x");
    table.assertRecorded("y");
  }

  /** Layers that a session makes have the columns that a branch gets at that moment. */
  @Test
  void aColumnOfABranchWhileAnotherOneGetsItsLayers() throws Exception {
    test.branch("y", "main");
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t ADD extra text DEFAULT 'd'");
    try (Connection session = test.database.connect()) {
      overtaken(
          session,
          "SELECT epoch.ensure_overlay(b.branch_id, t.table_id) FROM epoch.tables AS t"
              + " JOIN epoch.branches AS b ON b.name = 'y'",
          () -> test.commit("x", "extra"));
    }
    test.onBranch("y", "UPDATE t SET name = 'y' WHERE id = 2");
    test.merge("x", "main");
    test.commit("y", "name");
    test.merge("y", "main");
    assertThat(table.rows("main")).contains("id=2 name=y price=2 extra=d");
    table.assertRecorded("main");
  }

  /** What a reader gets that waits for a statement, which is committed then. */
  private <T> T overtaken(Connection session, String sql, Supplier<T> reader) throws Exception {
    try (Statement statement = session.createStatement()) {
      session.setAutoCommit(false);
      statement.execute(sql);
      CompletableFuture<T> reading = CompletableFuture.supplyAsync(reader);
      while (!reading.isDone() && !waitsForLock()) {
        Thread.onSpinWait();
      }
      session.commit();
      return reading.get(30, TimeUnit.SECONDS);
    }
  }

  private boolean waitsForLock() {
    return !test.database
        .value(
            "SELECT count(*) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND wait_event_type = 'Lock'")
        .equals("0");
  }

  @Test
  void openTablesOfBranchesGetOutOfTheWay() throws Exception {
    // given
    test.branch("y", "main");
    test.onBranch("y", "SELECT epoch.open_table('t')");
    test.onBranch("y", "UPDATE t SET name = 'y' WHERE id = 2");

    // when
    test.database.execute(
        "ALTER TABLE t RENAME name TO label",
        "ALTER TABLE t ADD extra text",
        "UPDATE t SET label = 'live' WHERE id = 1");

    // then
    assertThat(table.status("main")).singleElement().asString().startsWith("t 010 [");
    assertThat(table.working("y"))
        .containsExactly("id=1 name=a price=1", "id=2 name=y price=2", "id=3 name=c price=3");
    test.commit("y", "on y");
    test.commit("main", "migrated");
    test.merge("y", "main");
    assertThat(table.rows("main"))
        .containsExactly(
            "id=1 label=live price=1 extra=null",
            "id=2 label=y price=2 extra=null",
            "id=3 label=c price=3 extra=null");
    table.assertRecorded("main");
  }

  @Test
  void migrationsAreCommittedWithRowsAndOldCommitsStay() throws Exception {
    // given
    String first = head("main").id();
    List<String> before = table.rows(first);
    test.onBranch("x", "UPDATE t SET name = 'x' WHERE id = 1", "INSERT INTO t VALUES (9, 'n', 9)");
    test.commit("x", "on x");
    List<String> onX = table.rows("x");

    // when
    test.database.execute(
        "ALTER TABLE t ADD extra text NOT NULL DEFAULT 'd'",
        "ALTER TABLE t ALTER extra DROP DEFAULT",
        "ALTER TABLE t RENAME name TO label",
        "UPDATE t SET extra = 'e' WHERE id = 2",
        "INSERT INTO t VALUES (4, 'four', 4, 'f')");
    test.commit("main", "migrated");

    // then
    table.assertRecorded("main");
    assertThat(table.rows("main"))
        .containsExactly(
            "id=1 label=a price=1 extra=d",
            "id=2 label=b price=2 extra=e",
            "id=3 label=c price=3 extra=d",
            "id=4 label=four price=4 extra=f");
    assertThat(table.rows(first)).isEqualTo(before);
    assertThat(table.rows("x")).isEqualTo(onX);
    assertThat(table.working("x")).isEqualTo(onX);

    // when
    test.database.execute(
        "SELECT epoch.release_table('t')",
        "ALTER TABLE t DROP price",
        "UPDATE t SET label = 'two' WHERE id = 2");
    CommitState dropped = test.commit("main", "dropped").commit();

    // then
    table.assertRecorded("main");
    assertThat(DiffService.recorded(state(), dropped).getFirst().schemaChanges()).hasSize(1);
    assertThat(table.rows("main")).contains("id=1 label=a extra=d", "id=2 label=two extra=e");
    assertThat(table.rows(first)).hasSize(3).contains("id=1 name=a price=null");

    // when
    test.restart(Failpoints.NONE);

    // then
    assertThat(table.rows("main")).contains("id=1 label=a extra=d", "id=2 label=two extra=e");
    assertThat(table.status("main")).isEmpty();
  }

  @Test
  void aBranchOfTheOldSchemaIsMergedIntoTheNewOne() throws Exception {
    // given
    test.onBranch("x", "UPDATE t SET price = 10 WHERE id = 1", "INSERT INTO t VALUES (9, 'n', 9)");
    test.commit("x", "on x");
    test.database.execute(
        "ALTER TABLE t ADD extra text NOT NULL DEFAULT 'd'",
        "ALTER TABLE t RENAME name TO label",
        "UPDATE t SET extra = 'e', label = 'live' WHERE id = 1");

    // when
    MergeService.Merged merged = test.merge("x", "main");

    // then
    assertThat(merged.liveCommit()).isNotNull();
    table.assertRecorded("main");
    assertThat(table.rows("main"))
        .containsExactly(
            "id=1 label=live price=10 extra=e",
            "id=2 label=b price=2 extra=d",
            "id=3 label=c price=3 extra=d",
            "id=9 label=n price=9 extra=d");
    assertThat(table.status("main")).isEmpty();
  }

  @Test
  void mergingTheDefaultBranchBringsItsSchema() throws Exception {
    // given
    test.onBranch("x", "UPDATE t SET price = 10 WHERE id = 1");
    test.commit("x", "on x");
    test.database.execute(
        "ALTER TABLE t ADD extra text NOT NULL DEFAULT 'd'",
        "ALTER TABLE t RENAME name TO label",
        "UPDATE t SET extra = 'e' WHERE id = 1");
    test.commit("main", "migrated");

    // when
    test.merge("main", "x");

    // then
    table.assertRecorded("x");
    assertThat(table.rows("x"))
        .containsExactly(
            "id=1 label=a price=10 extra=e",
            "id=2 label=b price=2 extra=d",
            "id=3 label=c price=3 extra=d");

    // when
    test.onBranch("x", "UPDATE t SET extra = 'x', label = 'l' WHERE id = 3");
    test.commit("x", "with the new columns");

    // then
    table.assertRecorded("x");
    assertThat(table.rows("x")).contains("id=3 label=l price=3 extra=x");
    test.merge("x", "main");
    assertThat(table.working("main"))
        .containsExactly(
            "id=1 label=a price=10 extra=e",
            "id=2 label=b price=2 extra=d",
            "id=3 label=l price=3 extra=x");
  }

  @Test
  void clientsOfABranchKeepItsColumns() throws Exception {
    // given
    test.onBranch("x", "UPDATE t SET price = 10 WHERE id = 1");

    // when
    test.database.execute("ALTER TABLE t ADD extra text NOT NULL DEFAULT 'd'");
    test.commit("main", "migrated");
    test.onBranch("x", "UPDATE t SET price = 20 WHERE id = 2", "INSERT INTO t VALUES (7, 'n', 7)");

    // then
    assertThat(table.working("x"))
        .containsExactly(
            "id=1 name=a price=10",
            "id=2 name=b price=20",
            "id=3 name=c price=3",
            "id=7 name=n price=7");
    test.commit("x", "on x");
    table.assertRecorded("x");
    assertThatThrownBy(() -> test.onBranch("x", "SELECT extra FROM t"))
        .hasMessageContaining("extra");
  }

  @Test
  void constraintsIndexesAndDefaultsAreRecorded() {
    test.database.execute(
        "ALTER TABLE t ALTER name SET NOT NULL, ADD CONSTRAINT positive CHECK (price > 0)",
        "CREATE INDEX by_name ON t (name)",
        "ALTER TABLE t ALTER name SET DEFAULT 'n'");

    assertThat(table.status("main")).hasSize(1);
    test.commit("main", "rules");

    table.assertRecorded("main");
    assertThat(table.status("main")).isEmpty();
  }

  @Test
  void whatALiveTableIsRelievedOfItsBranchesAreToo() throws Exception {
    // given a branch with rows of its own, one with an open table, one without anything
    test.database.execute(
        "ALTER TABLE t ALTER name SET NOT NULL, ADD CONSTRAINT positive CHECK (price > 0),"
            + " ADD CONSTRAINT one_name UNIQUE (name), ADD code varchar(2) DEFAULT 'c'");
    test.commit("main", "strict");
    List<String> branches = List.of("layered", "open", "opened_later", "fresh");
    branches.forEach(branch -> test.branch(branch, "main"));
    test.onBranch("layered", "UPDATE t SET price = 20 WHERE id = 2");
    test.commit("layered", "20");
    test.onBranch("open", "SELECT epoch.open_table('t')", "UPDATE t SET price = 30 WHERE id = 3");
    test.commit("open", "30");

    // when
    test.database.execute(
        "ALTER TABLE t ALTER name DROP NOT NULL, DROP CONSTRAINT positive,"
            + " DROP CONSTRAINT one_name",
        "SELECT epoch.release_table('t')",
        "ALTER TABLE t ALTER code TYPE text",
        "INSERT INTO t VALUES (4, NULL, -4, 'long'), (5, 'a', 0, 'longer')",
        "UPDATE t SET name = NULL WHERE id = 1");
    test.onBranch("opened_later", "SELECT epoch.open_table('t')");
    test.commit("main", "loose");
    test.branch("loose", "main");

    // then
    for (String branch : branches) {
      assertThat(table.working(branch))
          .as(branch)
          .hasSize(3)
          .contains("id=1 name=a price=1 code=c");
      test.onBranch(branch, "SELECT * FROM t");
      test.merge(branch.equals("fresh") ? "loose" : "main", branch);
      test.onBranch(
          branch,
          "INSERT INTO t VALUES (6, NULL, -6, 'longest'), (7, 'c', 0, NULL)",
          "UPDATE t SET name = NULL, code = 'changed' WHERE id = 2");
      test.commit(branch, "on " + branch);
      table.assertRecorded(branch);
      assertThat(table.status(branch)).as(branch).isEmpty();
      assertThat(table.rows(branch))
          .as(branch)
          .contains("id=1 name=null price=1 code=c", "id=4 name=null price=-4 code=long")
          .contains("id=6 name=null price=-6 code=longest");
      test.onBranch(
          branch, "SELECT epoch.open_table('t')", "INSERT INTO t VALUES (8, NULL, -8, 'more')");
      assertThat(table.working(branch)).as(branch).contains("id=8 name=null price=-8 code=more");
    }
    test.merge("layered", "main");
    assertThat(table.rows("main")).contains("id=6 name=null price=-6 code=longest");
  }

  @Test
  void branchesThatAreLikeALiveTableTakeWhatItTakes() throws Exception {
    // given
    test.database.execute("ALTER TABLE t ALTER name SET NOT NULL, ADD CHECK (price > 0)");
    test.commit("main", "strict");
    List<String> branches = List.of("layered", "open", "untouched");
    branches.forEach(branch -> test.branch(branch, "main"));
    test.onBranch("layered", "UPDATE t SET price = 20 WHERE id = 2");
    test.onBranch("untouched", "SELECT count(*) FROM t");
    test.onBranch("open", "SELECT epoch.open_table('t')");

    // when
    test.database.execute(
        "ALTER TABLE t ALTER name DROP NOT NULL, DROP CONSTRAINT t_price_check",
        "UPDATE t SET name = NULL WHERE id = 1");
    test.commit("main", "loose");

    // then
    for (String branch : branches) {
      test.onBranch(branch, "UPDATE t SET name = NULL, price = -1 WHERE id = 3");
      test.commit(branch, "on " + branch);
      table.assertRecorded(branch);
      assertThat(table.status(branch)).as(branch).isEmpty();
      assertThat(table.rows(branch)).as(branch).contains("id=3 name=null price=-1");
    }

    // when the branches are not like it any more
    test.database.execute("ALTER TABLE t ADD more int");
    test.commit("main", "more");
    test.restart(Failpoints.NONE);

    // then
    for (String branch : branches) {
      test.onBranch(branch, "UPDATE t SET name = 'n' WHERE id = 2");
      test.commit(branch, "again on " + branch);
      test.onBranch(branch, "SELECT epoch.close_table('t')");
      test.onBranch(branch, "SELECT epoch.open_table('t')", "UPDATE t SET price = 3 WHERE id = 1");
      test.commit(branch, "opened on " + branch);
      assertThat(table.rows(branch)).as(branch).contains("id=3 name=null price=-1");
      test.merge("main", branch);
      table.assertRecorded(branch);
    }
  }

  @Test
  void valuesThatCameWithTheColumnAreSummedUp() {
    test.database.execute(
        "ALTER TABLE t ADD extra double precision NOT NULL DEFAULT random()",
        "ALTER TABLE t ALTER price TYPE text");
    test.commit("main", "filled");
    table.assertRecorded("main");
    test.database.execute("UPDATE t SET name = 'z'");
    test.commit("main", "later");
    table.assertRecorded("main");
  }

  @Test
  void aRebuildWritesHistoriesOfEverySchemaAnew() throws Exception {
    // given
    String first = head("main").id();
    List<String> before = table.rows(first);
    test.onBranch("x", "UPDATE t SET name = 'x' WHERE id = 1");
    test.commit("x", "on x");
    List<String> onX = table.rows("x");
    test.database.execute(
        "UPDATE t SET name = 'b2' WHERE id = 2",
        "ALTER TABLE t ADD extra text NOT NULL DEFAULT 'd'",
        "ALTER TABLE t RENAME name TO label",
        "UPDATE t SET extra = 'e' WHERE id = 3");
    test.commit("main", "migrated");
    test.merge("main", "x");
    List<String> merged = table.rows("x");
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();

    for (String loss :
        List.of(
            "SELECT string_agg(format('DELETE FROM epoch.%I', tablename), ';') FROM pg_tables"
                + " WHERE schemaname = 'epoch' AND (tablename LIKE '%\\_\\_h\\_%'"
                + " OR tablename LIKE '%\\_\\_vh\\_%')",
            "SELECT 'DROP SCHEMA epoch CASCADE'")) {
      // when
      test.database.execute(test.database.value(loss));

      // then
      assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
      assertThat(table.rows(first)).isEqualTo(before);
      assertThat(table.rows("x")).isEqualTo(merged);
    }
    assertThat(onX).isNotEqualTo(merged);
  }
}
