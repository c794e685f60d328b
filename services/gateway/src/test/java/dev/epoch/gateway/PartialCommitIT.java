package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.stream.RefusedException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a commit of some tables alone, or a fast-forward, says of references that it breaks. */
@Tag("postgres-versions")
class PartialCommitIT {
  private TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE parent (id int PRIMARY KEY, name text)",
        "CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent, note text)",
        "INSERT INTO parent VALUES (1, 'one'), (2, 'two')",
        "INSERT INTO child VALUES (10, 1), (20, 2)");
    test.register("parent");
    test.register("child");
    test.commit("main", "first");
    test.branch("x", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"main", "x"})
  void aChildWithoutItsParentIsRefusedWithItsName(String branch) throws SQLException {
    // given
    test.onBranch(
        branch,
        "INSERT INTO parent VALUES (3, 'three')",
        "INSERT INTO child VALUES (30, 3)",
        "UPDATE child SET note = 'n' WHERE id = 10");

    // when
    refused(() -> commit(branch, "child"), "'child'", "'parent'", "(3)", "Commit table 'parent'");

    // then
    assertThat(commit(branch, "parent").commit().tree().get("parent").rowCount()).isEqualTo(3);
    assertThat(commit(branch, "child").commit().tree().get("child").rowCount()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"main", "x"})
  void aParentThatCommittedChildrenReferToIsRefusedWithTheirName(String branch)
      throws SQLException {
    // given
    test.onBranch(branch, "DELETE FROM child WHERE id = 20", "DELETE FROM parent WHERE id = 2");

    // when
    refused(() -> commit(branch, "parent"), "'child'", "'parent'", "(2)", "Commit table 'child'");

    // then
    assertThat(commit(branch, "child").commit().tree().get("child").rowCount()).isEqualTo(1);
    assertThat(commit(branch, "parent").commit().tree().get("parent").rowCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"main", "x"})
  void whatHasNoReferencesToWhatIsLeftIsCommittedAlone(String branch) throws SQLException {
    // given
    test.onBranch(
        branch,
        "INSERT INTO parent VALUES (3, 'three')",
        "INSERT INTO child VALUES (30, 2), (40, NULL)");

    // when
    CommitService.Committed committed = commit(branch, "child");

    // then
    assertThat(committed.commit().tree().get("child").rowCount()).isEqualTo(4);
    assertThat(committed.commit().tree().get("parent").rowCount()).isEqualTo(2);
  }

  @Test
  void aKeyToAColumnThatIsNotCommittedIsRefusedWithItsName() throws SQLException {
    // given
    test.onBranch(
        "x",
        "SELECT epoch.open_table('parent')",
        "SELECT epoch.open_table('child')",
        "ALTER TABLE parent ADD code text UNIQUE",
        "ALTER TABLE child ADD code text REFERENCES parent (code)");

    // when
    refused(
        () -> commit("x", "child"),
        "'child_code_fkey'",
        "'code'",
        "'parent'",
        "Commit table 'parent'");

    // then
    test.commit("x", "both");
    assertThat(test.merge("x", "main").conflicts()).isEmpty();
  }

  /** Layered tables of branches do not check foreign keys. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFastForwardAsksWhatAThreeWayMergeAsks(boolean fastForward) throws SQLException {
    // given
    test.onBranch("x", "INSERT INTO child VALUES (30, 99)");
    test.commit("x", "a child");
    if (!fastForward) {
      test.database.execute("UPDATE parent SET name = 'first' WHERE id = 1");
      test.commit("main", "another row");
    }

    // when / then
    assertThat(test.merge("x", "main").conflicts()).isEqualTo(Map.of("child", 1L));
  }

  private CommitService.Committed commit(String branch, String table) {
    return test.server()
        .commits()
        .commit(
            test.repository(),
            new CommitService.Request(
                branch, "alone", TestServer.ALICE, List.of(table), false, null),
            TestServer.caller());
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable work, String... words) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(
            RefusedException.class,
            refusal ->
                assertThat(refusal.getMessage() + " " + refusal.rejection().details())
                    .contains(words));
  }
}
