package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.migration.DdlService;
import dev.epoch.gateway.stream.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/** One side drops a column, the other changes its values: nobody loses them without a word. */
@Tag("postgres-versions")
class SchemaDataIT {
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
    test.branch("y", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  private void branchDrops() throws Exception {
    test.onBranch(
        "y",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t DROP COLUMN price",
        "UPDATE t SET name = 'bee' WHERE id = 2");
    test.commit("y", "dropped");
  }

  private void mainChanges(String change) {
    test.database.execute(change);
    test.commit("main", "changed");
  }

  private RepositoryState state() {
    return test.repository().state();
  }

  private void assertAsked(String target, Merged open, String ours, String theirs) {
    assertThat(open.conflicts()).containsEntry("t", 1L);
    assertThat(
            test.server()
                .conflicts()
                .list(state(), state().branch(target).orElseThrow(), null, null, 99)
                .conflicts())
        .singleElement()
        .satisfies(status -> {
          assertThat(status.conflict().type().wireName()).isEqualTo("schema_data");
          assertThat(status.conflict().constraint()).isEqualTo("price");
          assertThat(status.conflict().fields())
              .singleElement()
              .satisfies(field -> {
                assertThat(field.name()).isEqualTo("column values");
                assertThat(field.ours()).isEqualTo(ours);
                assertThat(field.theirs()).isEqualTo(theirs);
              });
        });
    assertThatThrownBy(() -> goOn(target)).isInstanceOf(RefusedException.class);
  }

  private void resolve(String branch, String resolution) {
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                branch,
                null,
                List.of(),
                null,
                "price",
                resolution,
                Map.of(),
                List.of(),
                false,
                0,
                0),
            TestServer.caller());
  }

  private Merged goOn(String branch) {
    return test.server()
        .merges()
        .continueMerge(
            test.repository(), branch, null, TestServer.ALICE, true, TestServer.caller());
  }

  @Test
  void valuesOfTheLiveTableAreKeptIfThatIsDecided() throws Exception {
    // given
    branchDrops();
    mainChanges("UPDATE t SET price = 10 WHERE id = 1");

    // when
    Merged open = test.merge("y", "main");

    // then
    assertAsked("main", open, "values changed", null);

    // when
    resolve("main", "ours");
    Merged merged = goOn("main");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(table.rows("main"))
        .containsExactlyInAnyOrder(
            "id=1 name=a price=10", "id=2 name=bee price=2", "id=3 name=c price=3");
  }

  @Test
  void rowsThatApplicationsAddKeepTheirValuesWhereABranchGivesAColumnAnotherType()
      throws Exception {
    // given
    test.database.execute("ALTER TABLE t ALTER name SET NOT NULL, ADD CHECK (name <> '')");
    test.commit("main", "not null");
    test.branch("z", "main");
    test.onBranch(
        "z",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ALTER name TYPE varchar(40), ALTER price TYPE numeric(12,3)",
        "UPDATE t SET name = 'bee' WHERE id = 2");
    test.commit("z", "other types");
    test.database.execute("INSERT INTO t VALUES (4, 'd', 4)");
    test.commit("main", "applications");
    test.database.execute("INSERT INTO t VALUES (5, 'e', 5)");

    // when
    Merged merged = test.mergeDestructively("z", "main");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(table.rows("main"))
        .containsExactlyInAnyOrder(
            "id=1 name=a price=1.000",
            "id=2 name=bee price=2.000",
            "id=3 name=c price=3.000",
            "id=4 name=d price=4.000",
            "id=5 name=e price=5.000");
    table.assertRecorded("main");

    // when it goes on, and a value is changed
    test.branch("w", "main");
    test.onBranch("w", "SELECT epoch.open_table('t')", "ALTER TABLE t ALTER price TYPE numeric");
    test.commit("w", "another type");
    mainChanges("UPDATE t SET price = 7 WHERE id = 1");

    // then
    assertThat(test.mergeDestructively("w", "main").conflicts()).isEmpty();
    assertThat(table.rows("main")).contains("id=1 name=a price=7.000");
  }

  @Test
  void rowsThatABranchAddsKeepTheirValuesWhereAnotherGivesAColumnAnotherType() throws Exception {
    // given
    String open = "SELECT epoch.open_table('t')";
    test.branch("z", "main");
    test.onBranch("y", open, "INSERT INTO t VALUES (4, 'd', 4), (5, 'e', NULL)");
    test.commit("y", "rows");
    test.branch("mirrored", "y");
    test.onBranch(
        "z", open, "ALTER TABLE t ALTER price TYPE int", "UPDATE t SET price = 9 WHERE id = 1");
    test.commit("z", "another type");
    test.branch("other", "z");

    // when
    assertThat(merge("z", "y", "theirs").conflicts()).isEmpty();
    assertThat(merge("mirrored", "other", "ours").conflicts()).isEmpty();

    // then
    for (String branch : List.of("y", "other")) {
      assertThat(table.rows(branch))
          .containsExactlyInAnyOrder(
              "id=1 name=a price=9",
              "id=2 name=b price=2",
              "id=3 name=c price=3",
              "id=4 name=d price=4",
              "id=5 name=e price=null");
      table.assertRecorded(branch);
    }

    // when a value is none of the type
    test.onBranch("mirrored", "INSERT INTO t VALUES (6, 'f', 6.5)");
    test.commit("mirrored", "a fraction");

    // then
    assertThatThrownBy(() -> merge("z", "mirrored", "theirs"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("'6.5'");
  }

  private Merged merge(String source, String target, String strategy) {
    return test.server()
        .merges()
        .merge(
            test.repository(),
            new MergeService.Request(
                target, source, strategy, null, TestServer.ALICE, null, false, false, false, null),
            TestServer.caller());
  }

  @Test
  void theColumnGoesIfThatIsDecided() throws Exception {
    // given
    branchDrops();
    mainChanges("INSERT INTO t VALUES (4, 'd', 4)");
    String before = state().defaultBranch().head();

    // when
    Merged open = test.merge("y", "main");

    // then
    assertAsked("main", open, "values changed", null);

    // when
    resolve("main", "theirs");
    Merged merged = goOn("main");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(table.rows("main"))
        .containsExactlyInAnyOrder("id=1 name=a", "id=2 name=bee", "id=3 name=c", "id=4 name=d");
    assertThat(table.rows(before)).contains("id=4 name=d price=4", "id=1 name=a price=1");
  }

  @Test
  void aBranchGetsTheColumnBackWithItsValues() throws Exception {
    // given
    branchDrops();
    test.onBranch("y", "SELECT epoch.close_table('t')");
    mainChanges("UPDATE t SET price = 10 WHERE id = 1");

    // when
    Merged open = test.merge("main", "y");

    // then
    assertAsked("y", open, null, "values changed");

    // when
    resolve("y", "theirs");
    Merged merged = goOn("y");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(table.rows("y"))
        .containsExactlyInAnyOrder(
            "id=1 name=a price=10", "id=2 name=bee price=2", "id=3 name=c price=3");
  }

  @Test
  void whatTheLiveTableHasDroppedStaysSo() throws Exception {
    // given
    test.onBranch("y", "UPDATE t SET price = 10, name = 'x' WHERE id = 1");
    test.commit("y", "changed");
    test.database.execute("SELECT epoch.release_table('t')");
    mainChanges("ALTER TABLE t DROP COLUMN price");

    // when
    Merged open = test.merge("y", "main");

    // then
    assertAsked("main", open, null, "values changed");

    // when
    resolve("main", "ours");
    Merged merged = goOn("main");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(table.rows("main"))
        .containsExactlyInAnyOrder("id=1 name=x", "id=2 name=b", "id=3 name=c");
  }

  @Test
  void valuesThatNobodyChangedAreNotAskedAbout() throws Exception {
    // given
    branchDrops();
    mainChanges("UPDATE t SET name = 'x' WHERE id = 1");

    // when
    Merged merged = test.merge("main", "y");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(table.rows("y"))
        .containsExactlyInAnyOrder("id=1 name=x", "id=2 name=bee", "id=3 name=c");
  }

  /** What live does, what the branch does. */
  static final List<Arguments> NOT_CHANGED =
      List.of(
          Arguments.of("ALTER TABLE t DROP COLUMN price", "UPDATE t SET name = 'x' WHERE id = 1"),
          Arguments.of(
              "EPOCH ALTER TABLE t DROP COLUMN price", "UPDATE t SET name = 'x' WHERE id = 1"),
          Arguments.of(
              "ALTER TABLE t RENAME price TO cost; ALTER TABLE t DROP COLUMN cost",
              "UPDATE t SET name = 'x' WHERE id = 1"),
          Arguments.of(
              "ALTER TABLE t DROP COLUMN price; ALTER TABLE t ADD price text",
              "UPDATE t SET name = 'x' WHERE id = 1"),
          Arguments.of(
              "ALTER TABLE t DROP COLUMN price", "INSERT INTO t (id, name) VALUES (4, 'x')"),
          Arguments.of("ALTER TABLE t DROP COLUMN price", "DELETE FROM t WHERE id = 1"));

  @ParameterizedTest
  @FieldSource("NOT_CHANGED")
  void whatIsNotKnownAnyMoreIsNoChange(String live, String branch) throws Exception {
    // given
    onBranch("UPDATE t SET name = 'y' WHERE id = 2");
    onBranch(branch);
    test.branch("z", "y");
    onLive(live);

    // when
    Merged toMain = test.mergeDestructively("y", "main");
    Merged toBranch = test.mergeDestructively("main", "z");

    // then
    assertThat(toMain.conflicts()).isEmpty();
    assertThat(toBranch.conflicts()).isEmpty();
    assertThat(table.rows("main"))
        .isEqualTo(table.rows("z"))
        .anyMatch(row -> row.startsWith("id=2 name=y"));
    table.assertRecorded("main");
    table.assertRecorded("z");
  }

  static final List<Arguments> CHANGED =
      List.of(
          Arguments.of("ALTER TABLE t DROP COLUMN price", "UPDATE t SET price = 10 WHERE id = 1"),
          Arguments.of(
              "EPOCH ALTER TABLE t DROP COLUMN price", "UPDATE t SET price = 10 WHERE id = 1"),
          Arguments.of("ALTER TABLE t DROP COLUMN price", "INSERT INTO t VALUES (4, 'x', 4)"),
          Arguments.of(
              "ALTER TABLE t RENAME price TO cost; ALTER TABLE t DROP COLUMN cost",
              "UPDATE t SET price = 10 WHERE id = 1"));

  @ParameterizedTest
  @FieldSource("CHANGED")
  void whatACommitSaysThatABranchChangedIsAskedAbout(String live, String branch) throws Exception {
    // given
    onBranch("UPDATE t SET name = 'y' WHERE id = 2");
    onBranch(branch);
    onBranch("UPDATE t SET name = 'z' WHERE id = 3");
    onLive(live);

    // when, then
    assertAsked("main", test.mergeDestructively("y", "main"), null, "values changed");
  }

  /** Values that applications changed come with a merge, and are no change of the branch. */
  @Test
  void whatCameFromMainIsNoChangeOfTheBranch() throws Exception {
    // given
    onBranch("UPDATE t SET name = 'y' WHERE id = 2");
    mainChanges("UPDATE t SET price = 10 WHERE id = 1");
    test.merge("main", "y");
    onBranch("UPDATE t SET name = 'z' WHERE id = 1");
    onLive("ALTER TABLE t DROP COLUMN price");

    // when
    Merged merged = test.mergeDestructively("y", "main");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(table.rows("main"))
        .containsExactlyInAnyOrder("id=1 name=z", "id=2 name=y", "id=3 name=c");
  }

  private void onBranch(String statements) throws Exception {
    List<String> all = new ArrayList<>(List.of("SELECT epoch.open_table('t')"));
    all.addAll(List.of(statements.split("; ")));
    test.onBranch("y", all.toArray(String[]::new));
    test.commit("y", statements);
  }

  private void onLive(String statements) {
    test.database.execute("SELECT epoch.release_table('t')");
    for (String statement : statements.split("; ")) {
      if (statement.startsWith("EPOCH ")) {
        test.server()
            .ddl()
            .run(
                state(),
                new DdlService.Request(
                    null, null, statement.substring(6), true, DdlService.USUAL, null));
      } else {
        test.database.execute(statement);
      }
    }
    test.commit("main", statements);
  }
}
