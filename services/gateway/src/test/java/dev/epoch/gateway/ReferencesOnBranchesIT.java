package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.gateway.merge.MergeService;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Merges into branches look at references between tables of which only one side changed each. */
@Tag("postgres-versions")
class ReferencesOnBranchesIT {
  private TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE parent (id int PRIMARY KEY, name text)",
        "CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent)",
        "INSERT INTO parent VALUES (1, 'one'), (2, 'two')");
    test.register("parent");
    test.register("child");
    test.commit("main", "first");
    test.branch("children", "main");
    test.branch("parents", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @Test
  void aParentThatTheSourceDeletedIsMissed() throws SQLException {
    // given
    onBranch("children", "INSERT INTO child VALUES (10, 1)");
    onBranch("parents", "DELETE FROM parent WHERE id = 1");

    // when
    MergeService.Merged merged = test.merge("parents", "children");

    // then
    assertThat(merged.conflicts()).isEqualTo(Map.of("child", 1L));
    assertThat(merged.result()).isNull();
  }

  @Test
  void aChildOfTheSourceMissesItsParent() throws SQLException {
    // given
    onBranch("children", "INSERT INTO child VALUES (10, 1)");
    onBranch("parents", "DELETE FROM parent WHERE id = 1");

    // when
    MergeService.Merged merged = test.merge("children", "parents");

    // then
    assertThat(merged.conflicts()).isEqualTo(Map.of("child", 1L));
    assertThat(merged.result()).isNull();
  }

  @Test
  void aParentThatComesWithItsChildIsThere() throws SQLException {
    // given: the target has a change of the child, none of the parent
    onBranch("children", "INSERT INTO child VALUES (10, 1)");
    onBranch(
        "parents", "INSERT INTO parent VALUES (3, 'three')", "INSERT INTO child VALUES (11, 3)");

    // when
    MergeService.Merged merged = test.merge("parents", "children");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(merged.result().tree().get("child").rowCount()).isEqualTo(2);
    assertThat(merged.result().tree().get("parent").rowCount()).isEqualTo(3);
  }

  /**
   * A branch that changed the child and took it back writes its rows; the parent is taken whole.
   */
  @Test
  void aFastForwardFindsTheParentsThatComeWithIt() throws SQLException {
    // given
    onBranch("children", "INSERT INTO child VALUES (10, 1)");
    onBranch("children", "DELETE FROM child");
    test.branch("both", "children");
    onBranch("both", "INSERT INTO parent VALUES (3, 'three')", "INSERT INTO child VALUES (11, 3)");

    // when
    MergeService.Merged merged = test.merge("both", "children");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(merged.fastForward()).isTrue();
  }

  private void onBranch(String branch, String... statements) throws SQLException {
    test.onBranch(branch, statements);
    test.commit(branch, "on " + branch);
  }
}
