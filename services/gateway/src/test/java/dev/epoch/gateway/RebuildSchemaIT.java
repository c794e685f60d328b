package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.stream.Failpoints;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers are written anew of tables that had columns which went. */
class RebuildSchemaIT extends SchemaScene {

  /** The live table had them alone, and the log never did. */
  @Test
  void valuesOfAColumnThatAMergeDroppedFromTheLiveTable() throws Exception {
    // given
    test.branch("old", "main");
    test.onBranch("old", "UPDATE t SET name = 'old' WHERE id = 2");
    test.commit("old", "a name");
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t DROP price");
    test.commit("x", "dropped");
    mergeDestructively("x", "main");
    test.database.execute("UPDATE t SET name = 'A' WHERE id = 1");
    test.commit("main", "a name");

    // then
    requireRebuilt("main~2", "old");
  }

  @Test
  void aBranchThatMovedOverTheCommitThatDroppedAColumnAndItsRevert() throws Exception {
    // given
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "UPDATE t SET price = 20 WHERE id = 2",
        "INSERT INTO t VALUES (5, 'e', 5)");
    String prices = test.commit("x", "prices").commit().id();
    test.onBranch("x", "ALTER TABLE t DROP price");
    String dropped = test.commit("x", "dropped").commit().id();
    test.onBranch("x", "UPDATE t SET name = 'B' WHERE id = 2", "INSERT INTO t VALUES (4, 'd')");
    String names = test.commit("x", "names").commit().id();
    assertThat(revert("x", dropped, true).conflicts()).isEmpty();
    String reverted = commit("x").id();

    // when
    for (String to : List.of(prices, names, prices, reverted, dropped, reverted, prices)) {
      test.server().resets().hard(test.repository(), "x", to, null, TestServer.caller());
    }

    // then
    requireRebuilt(prices, dropped, names, reverted);
  }

  /** To a commit of the branch that it was made from, whose rows are in that one's layers. */
  @Test
  void aBranchThatDroppedAColumnAndMovedToACommitOfAnother() throws Exception {
    // given
    test.onBranch("x", "UPDATE t SET price = 20 WHERE id = 2", "INSERT INTO t VALUES (5, 'e', 5)");
    String prices = test.commit("x", "prices").commit().id();
    test.branch("y", "x");
    test.onBranch(
        "y",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t DROP price",
        "UPDATE t SET name = 'C' WHERE id = 3");
    String dropped = test.commit("y", "dropped").commit().id();

    // when
    for (String to : List.of(prices, dropped, prices)) {
      test.server().resets().hard(test.repository(), "y", to, null, TestServer.caller());
    }
    test.onBranch("y", "UPDATE t SET name = 'A' WHERE id = 1");
    test.commit("y", "a name");

    // then
    requireRebuilt("y", prices, dropped);
  }

  /** To a commit of a branch that was made from it, which is restored behind it. */
  @Test
  void aBranchThatDroppedAColumnAndMovedToACommitOfALaterOne() throws Exception {
    // given
    test.onBranch("x", "UPDATE t SET price = 20 WHERE id = 2", "INSERT INTO t VALUES (5, 'e', 5)");
    test.commit("x", "prices");
    test.branch("y", "x");
    test.onBranch("y", "UPDATE t SET name = 'E' WHERE id = 5");
    String later = test.commit("y", "later").commit().id();
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t DROP price",
        "UPDATE t SET name = 'D' WHERE id IN (1, 3)");
    String dropped = test.commit("x", "dropped").commit().id();

    // when
    for (String to : List.of(later, dropped, later)) {
      test.server().resets().hard(test.repository(), "x", to, null, TestServer.caller());
    }
    test.onBranch("x", "UPDATE t SET name = 'A' WHERE id = 1");
    test.commit("x", "a name");

    // then
    requireRebuilt("x", later, dropped);
  }

  /** The layers keep what rows had in it where the branch stood before; the log says so. */
  @Test
  void aColumnThatComesBackAfterTheBranchWasMovedBeforeIt() throws Exception {
    // given
    String first = commit("x").id();
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD own text DEFAULT 'd'",
        "UPDATE t SET own = 'x' WHERE id = 2",
        "INSERT INTO t VALUES (5, 'e', 5, 'y')");
    String added = test.commit("x", "own").commit().id();
    test.server().resets().hard(test.repository(), "x", first, null, TestServer.caller());
    test.onBranch("x", "UPDATE t SET name = 'A' WHERE id = 1");
    test.commit("x", "a name");

    // when
    assertThat(replay("x", "cherry_pick", added, false).conflicts()).isEmpty();

    // then
    assertThat(rows("x"))
        .containsExactly(
            "id=1 name=A price=1 own=d",
            "id=2 name=b price=2 own=x",
            "id=3 name=c price=3 own=d",
            "id=5 name=e price=5 own=y");
    assertRecorded("x");
    assertThat(commit("x").changed().getFirst().updated()).isEqualTo(1);
    requireRebuilt("x", "x~1", added);
  }

  /** The layers have the numbers of all rows already; the log tells them again. */
  @Test
  void aColumnWithNumbersThatIsRebased() throws Exception {
    // given
    test.database.execute("CREATE TABLE other (id int PRIMARY KEY)");
    test.register("other");
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD k serial",
        "UPDATE t SET name = 'B' WHERE id = 2");
    test.commit("x", "numbers");
    List<String> rows = rows("x");
    test.database.execute("INSERT INTO other VALUES (1)");
    test.commit("main", "elsewhere");

    // when
    assertThat(replay("x", "rebase", "main", false).conflicts()).isEmpty();

    // then
    assertThat(rows("x")).isEqualTo(rows).allMatch(row -> !row.contains("k=null"));
    assertRecorded("x");
    requireRebuilt("x", "x~1");
  }

  /** The layers have values of a column of that name, which the branch was moved away from. */
  @ParameterizedTest
  @ValueSource(strings = {"serial", "int GENERATED BY DEFAULT AS IDENTITY", "text DEFAULT 'd'"})
  void aColumnThatIsAddedAgainAfterTheBranchWasMovedBeforeIt(String type) throws Exception {
    // given
    String first = commit("x").id();
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t ADD k " + type);
    test.onBranch("x", "UPDATE t SET k = '9' WHERE id IN (1, 2)");
    String added = test.commit("x", "added").commit().id();
    test.server().resets().hard(test.repository(), "x", first, null, TestServer.caller());
    test.onBranch("x", "UPDATE t SET price = 7 WHERE id = 2");
    test.commit("x", "a price");

    // when
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "DELETE FROM t WHERE id = 1",
        "ALTER TABLE t ADD k " + type);
    test.commit("x", "again");

    // then
    assertThat(rows("x")).isEqualTo(seen("x", "SELECT * FROM t ORDER BY id"));
    assertRecorded("x");
    requireRebuilt("x", "x~1", added);
  }

  /** What the process had committed before it ended is uncommitted again. */
  @Test
  void aColumnWithNumbersThatIsCommittedAgain() throws Exception {
    // given
    test.database.execute("CREATE TABLE other (id int PRIMARY KEY)");
    test.register("other");
    test.commit("main", "two tables");
    test.branch("y", "main");
    test.onBranch(
        "y",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD k serial",
        "DELETE FROM t WHERE id = 1");
    test.restart(name -> {
      if (name.equals("commit-to-branch.completing")) {
        throw new IllegalStateException(name);
      }
    });
    assertThatThrownBy(() -> test.commit("y", "numbers")).isInstanceOf(IllegalStateException.class);
    test.restart(Failpoints.NONE);

    // when
    test.commit("y", "numbers");

    // then
    assertThat(rows("y")).isEqualTo(seen("y", "SELECT * FROM t ORDER BY id")).hasSize(2);
    assertRecorded("y");
    requireRebuilt("y");
  }

  /** By a revert of the drop, by a merge, and by a commit that is made again elsewhere. */
  @Test
  void aColumnWithNumbersThatIsDroppedAndComesBack() throws Exception {
    // given
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t ADD k serial");
    String added = test.commit("x", "numbers").commit().id();
    test.branch("y", "x");
    test.onBranch("y", "SELECT epoch.open_table('t')", "ALTER TABLE t DROP k");
    String dropped = test.commit("y", "dropped").commit().id();
    test.onBranch("y", "UPDATE t SET name = 'B' WHERE id = 2");
    test.commit("y", "a name");
    test.branch("z", "y");
    test.onBranch("z", "UPDATE t SET name = 'C' WHERE id = 3");
    test.commit("z", "another");

    // when
    assertThat(replay("y", "revert", dropped, true).conflicts()).isEmpty();
    assertThat(mergeDestructively("y", "z").conflicts()).isEmpty();
    assertThat(mergeDestructively("z", "main").conflicts()).isEmpty();
    test.branch("v", "main~1");
    test.onBranch("v", "UPDATE t SET price = 8 WHERE id = 1");
    test.commit("v", "a price");
    assertThat(replay("v", "cherry_pick", added, false).conflicts()).isEmpty();

    // then
    for (String branch : List.of("x", "y", "z", "v", "main")) {
      assertThat(rows(branch)).hasSize(3).noneMatch(row -> row.contains("=null"));
      assertRecorded(branch);
    }
    requireRebuilt("x", "y", "z", "v", "main", "y~1", "z~1");
  }

  /** The rows stay where they are, and show less. */
  @Test
  void aColumnWithNumbersThatIsPutAway() throws Exception {
    // given
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD k int GENERATED BY DEFAULT AS IDENTITY");

    // when
    String saved =
        test.server()
            .resets()
            .hard(test.repository(), "x", "HEAD", null, TestServer.caller())
            .saved();

    // then
    assertThat(rows(saved)).contains("id=2 name=b price=2 k=2");
    requireRebuilt(saved, "x");
  }

  /** Rows that the branch writes take over what the live table has, although it does not show. */
  @Test
  void aColumnThatOnlyTheLiveTableHasValuesOf() throws Exception {
    // given
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t ADD own serial");
    test.database.execute(
        "ALTER TABLE t ADD k serial, ADD r int DEFAULT floor(random() * 1000000)");
    test.commit("x", "own");
    test.commit("main", "live");

    // when
    assertThat(test.merge("main", "x").conflicts()).isEmpty();

    // then
    assertThat(rows("x")).hasSize(3).noneMatch(row -> row.contains("=null"));
    requireRebuilt("x", "x~1", "main");
  }

  /** A row that is as it was before is the live table's again, with columns that come to that. */
  @Test
  void rowsThatAreTakenBackBeforeTheLiveTableGetsAColumn() throws Exception {
    // given
    test.onBranch("x", "UPDATE t SET name = 'B' WHERE id = 2");
    test.commit("x", "a name");
    test.onBranch("x", "UPDATE t SET name = 'b' WHERE id = 2");
    test.commit("x", "as it was");
    test.database.execute("ALTER TABLE t ADD k serial");
    test.commit("main", "live");

    // when
    assertThat(test.merge("main", "x").conflicts()).isEmpty();

    // then
    assertThat(rows("x")).hasSize(3).noneMatch(row -> row.contains("=null"));
    requireRebuilt("x", "x~1", "main");
  }

  private void requireRebuilt(String... refs) {
    List<List<String>> rows = List.of(refs).stream().map(this::rows).toList();
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    var differences = test.server().rebuilds().rebuild(test.repository()).differences();
    assertThat(List.of(refs).stream().map(this::rows).toList()).isEqualTo(rows);
    assertThat(differences).isEmpty();
  }
}
