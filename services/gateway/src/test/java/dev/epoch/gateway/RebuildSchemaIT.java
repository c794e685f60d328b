package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

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

  private void requireRebuilt(String... refs) {
    List<List<String>> rows = List.of(refs).stream().map(this::rows).toList();
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
    assertThat(List.of(refs).stream().map(this::rows).toList()).isEqualTo(rows);
  }
}
