package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.storage.error.StorageException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Merges and reverts of commits that drop tables. */
@Tag("postgres-versions")
class DroppedTableMergeIT extends TablesToDrop {
  /** What a merge into the default branch takes away is to be asked for. */
  private void mergeIntoMain(String branch) {
    test.mergeDestructively(branch, "main");
  }

  private List<String> conflicts(String source, String target) {
    return List.copyOf(test.merge(source, target).conflicts().keySet());
  }

  private void resolve(String branch, String table, String resolution) {
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                branch,
                table,
                null,
                null,
                null,
                resolution,
                Map.of(),
                List.of(),
                false,
                0,
                0,
                0,
                List.of()),
            TestServer.caller());
  }

  private void goOn(String branch, boolean destructive) {
    test.server()
        .merges()
        .continueMerge(
            test.repository(), branch, null, TestServer.ALICE, destructive, TestServer.caller());
  }

  private String livePlace() {
    return test.database.value("SELECT coalesce(to_regclass('public.notes')::text, 'none')");
  }

  @Test
  void aMergeIntoAnotherBranchDropsItThere() throws SQLException {
    // given
    test.branch("y", "main");
    test.branch("z", "main");
    onBranch("y", "INSERT INTO items VALUES (3, 'c')");
    test.commit("y", "an item");
    onBranch("z", "UPDATE notes SET body = 'z' WHERE id = 1");
    test.commit("z", "a note");
    onBranch("x", "DROP TABLE notes");
    test.commit("x", "without notes");

    // when
    test.merge("x", "y");

    // then
    assertThat(has("y", "notes")).isFalse();
    assertThat(removed("y")).isEmpty();
    assertThat(working("y")).containsExactly("items");
    assertThatThrownBy(() -> onBranch("y", "SELECT * FROM notes"))
        .hasMessageContaining("does not have table notes");
    assertThat(rows("y~1")).hasSize(2);
    onBranch("y", "INSERT INTO items VALUES (4, 'd')");
    test.commit("y", "goes on");

    // when the other side changed it
    assertThat(conflicts("x", "z")).containsExactly("notes");
    resolve("z", "notes", "ours");
    goOn("z", false);

    // then
    assertThat(rows("z")).containsExactly("1 z", "2 y");

    // when one that kept it against the drop is merged
    test.merge("z", "y");

    // then it comes back
    assertThat(rows("y")).containsExactly("1 z", "2 y");
    onBranch("y", "INSERT INTO notes (item, body) VALUES (1, 'back')");
    test.commit("y", "goes on with notes");
    assertThat(rows("y")).hasSize(3);
    assertThat(rows("y~4")).hasSize(2);
  }

  @Test
  void aMergeIntoMainTakesTheLiveTableOutOfItsPlace() throws SQLException {
    // given
    test.branch("y", "main");
    onBranch("y", "UPDATE notes SET body = 'y1' WHERE id = 1");
    test.commit("y", "goes on with notes");
    onBranch("x", "DROP TABLE notes");
    test.commit("x", "without notes");

    // when, then
    assertThatThrownBy(() -> test.merge("x", "main"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("DROP TABLE public.notes");
    assertThat(livePlace()).isEqualTo("notes");
    mergeIntoMain("x");

    // then
    assertThat(livePlace()).isEqualTo("none");
    assertThat(has("main", "notes")).isFalse();
    assertThat(removed("main")).isEmpty();
    assertThat(test.server().workingSets().changes(state(), branch("main"))).isEmpty();
    test.restart(Failpoints.NONE);
    assertThat(rows("main~1")).containsExactly("1 x", "2 y");
    assertThat(rows("y")).containsExactly("1 y1", "2 y");
    test.database.execute("DELETE FROM items WHERE id = 2", "INSERT INTO items VALUES (3, 'c')");
    test.commit("main", "goes on");
    onBranch("y", "INSERT INTO notes (item, body) VALUES (1, 'new')");
    test.commit("y", "goes on");
    assertThat(rows("y")).hasSize(3);
    test.branch("old", "main~2");
    onBranch("old", "DELETE FROM notes WHERE id = 1");
    test.commit("old", "fewer");
    assertThat(rows("old")).containsExactly("2 y");
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
    assertThat(livePlace()).isEqualTo("none");

    // when an application makes one of the name
    test.database.execute("CREATE TABLE notes (id integer PRIMARY KEY)");

    // then
    assertThat(conflicts("y", "main")).containsExactly("notes");
  }

  @Test
  void aFastForwardDropsTheLiveTable() throws SQLException {
    // given
    onBranch("x", "DROP TABLE notes");
    test.commit("x", "without notes");

    // when
    mergeIntoMain("x");

    // then
    assertThat(state().head(branch("main")).id()).isEqualTo(state().head(branch("x")).id());
    assertThat(livePlace()).isEqualTo("none");
    assertThat(test.server().workingSets().changes(state(), branch("main"))).isEmpty();
    assertThat(rows("main~1")).hasSize(2);

    // when
    test.server()
        .tables()
        .remove(test.repository(), "notes", null, false, false, TestServer.caller());

    // then
    assertThat(rows("main~1")).hasSize(2);
    assertThat(
            test.database.value(
                "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'epoch_new%'"))
        .isEqualTo("0");
    test.database.execute("CREATE TABLE notes (id integer PRIMARY KEY)");
    test.register("notes");
    test.commit("main", "another one");
  }

  private void revert(String branch) {
    test.revertMerge(branch, branch);
  }

  @Test
  void aRevertBringsItBackToABranch() throws SQLException {
    // given
    onBranch("x", "UPDATE notes SET body = 'z' WHERE id = 1");
    test.commit("x", "a note");
    onBranch("x", "DROP TABLE notes");
    test.commit("x", "without notes");
    mergeIntoMain("x");

    // when
    revert("x");

    // then
    assertThat(rows("x")).containsExactly("1 z", "2 y");
    onBranch("x", "DELETE FROM notes WHERE id = 2");
    test.commit("x", "fewer");
    assertThat(rows("x")).containsExactly("1 z");
    assertThat(rows("x~3")).containsExactly("1 z", "2 y");
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();

    // when, then the live table does not come back
    assertThatThrownBy(() -> revert("main"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("does not come back");
    assertThat(livePlace()).isEqualTo("none");
  }

  @Test
  void liveChangesSinceTheBaseAreAConflict() throws SQLException {
    // given
    onBranch("x", "DROP TABLE notes");
    test.commit("x", "without notes");
    test.database.execute("INSERT INTO notes (item, body) VALUES (1, 'live')");

    // when
    assertThat(conflicts("x", "main")).containsExactly("notes");
    resolve("main", "notes", "theirs");
    mergeGoesOn();

    // then
    assertThat(livePlace()).isEqualTo("none");
    assertThat(rows("main~1")).hasSize(3);
  }

  private void mergeGoesOn() {
    assertThatThrownBy(() -> goOn("main", false)).hasMessageContaining("DROP TABLE");
    goOn("main", true);
  }

  @Test
  void whatDependsOnTheLiveTableRefusesTheMerge() throws SQLException {
    // given
    onBranch("x", "DROP TABLE notes");
    test.commit("x", "without notes");
    test.database.execute("CREATE VIEW long_notes AS SELECT * FROM notes WHERE length(body) > 9");

    // when, then
    assertThatThrownBy(() -> mergeIntoMain("x"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("long_notes depends on it");
    assertThat(livePlace()).isEqualTo("notes");
    assertThat(has("main", "notes")).isTrue();
    test.database.execute("DROP VIEW long_notes");
    mergeIntoMain("x");
    assertThat(livePlace()).isEqualTo("none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepared", "applied.1", "completing"})
  void aServerThatStopsWhileItMergesLeavesAllOrNothing(String step) throws SQLException {
    // given
    onBranch("x", "DROP TABLE notes");
    test.commit("x", "without notes");
    test.restart(RecoveryIT.endingAt("merge-branch." + step));

    // when
    assertThatThrownBy(() -> mergeIntoMain("x")).isInstanceOf(RecoveryIT.ProcessEnded.class);
    test.restart(Failpoints.NONE);

    // then
    assertThat(state().operations()).isEmpty();
    assertThat(livePlace()).isEqualTo(has("main", "notes") ? "notes" : "none");
    if (has("main", "notes")) {
      mergeIntoMain("x");
    }
    assertThat(livePlace()).isEqualTo("none");
    assertThat(rows("main~1")).hasSize(2);
  }
}
