package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.RefusedException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that sessions drop on a branch: gone there, and nowhere else. */
@Tag("postgres-versions")
class DroppedTableIT extends TablesToDrop {
  private List<String> untracked(String branch) {
    return test.server().workingSets().untracked(state(), branch(branch));
  }

  private List<String> diff(String from, String to) {
    return test.server().diffs().summary(at(from), at(to)).stream()
        .map(table -> table.table() + " -" + table.deleted() + " " + table.schemaChanged())
        .toList();
  }

  @Test
  void isGoneOnItsBranchAlone() throws SQLException {
    // given
    onBranch("x", "UPDATE notes SET body = 'z' WHERE id = 1");
    test.commit("x", "changed");
    onBranch("x", "UPDATE notes SET body = 'lost' WHERE id = 2");

    // when
    onBranch("x", "DROP TABLE notes");

    // then
    assertThat(removed("x")).containsExactly("notes");
    assertThat(working("x")).containsExactly("items");
    assertThat(untracked("x")).isEmpty();
    assertThatThrownBy(() -> onBranch("x", "SELECT * FROM notes"))
        .hasMessageContaining("does not have table notes")
        .hasMessageContaining("It was dropped there");
    assertThatThrownBy(() -> onBranch("x", "INSERT INTO notes (body) VALUES ('no')"))
        .isInstanceOf(SQLException.class);
    assertThatThrownBy(() ->
            test.server().branches().delete(test.repository(), "x", false, TestServer.caller()))
        .isInstanceOf(RefusedException.class);
    assertThat(removed("main")).isEmpty();

    // when
    test.commit("x", "without notes");
    test.branch("y", "x");
    test.branch("old", "x~1");
    test.restart(Failpoints.NONE);

    // then
    assertThat(has("x", "notes")).isFalse();
    assertThat(removed("x")).isEmpty();
    assertThat(working("x")).containsExactly("items");
    assertThat(working("y")).containsExactly("items");
    assertThat(state().head(branch("x")).removed()).containsExactly("notes");
    assertThat(diff("x~1", "x")).containsExactly("notes -2 true");
    assertThat(rows("x~1")).containsExactly("1 z", "2 y");
    assertThat(rows("main")).containsExactly("1 x", "2 y");
    assertThatThrownBy(() -> rows("x")).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> test.commit("x", "nothing")).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> onBranch("y", "SELECT * FROM notes"))
        .hasMessageContaining("does not have table notes");
    onBranch("old", "INSERT INTO notes (item, body) VALUES (1, 'old')");
    test.commit("old", "goes on");
    assertThat(rows("old")).containsExactly("1 z", "2 y", "3 old");
    onBranch("x", "INSERT INTO items VALUES (3, 'c')");
    test.commit("x", "goes on");
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();

    // when another one of the name is made there
    onBranch("x", "CREATE TABLE notes (id integer PRIMARY KEY)", "INSERT INTO notes VALUES (7)");

    // then
    assertThat(untracked("x")).containsExactly("notes");
    onBranch("x", "SELECT id FROM notes");
    assertThat(test.database.value("SELECT count(*) FROM public.notes")).isEqualTo("2");
  }

  @Test
  void oneThatIsMadeAnewAtOnceIsAnother() throws SQLException {
    // when
    onBranch("x", "DROP TABLE notes", "CREATE TABLE notes (id integer PRIMARY KEY)");

    // then
    assertThat(removed("x")).containsExactly("notes");
    assertThat(untracked("x")).containsExactly("notes");
    test.commit("x", "without notes");
    assertThat(has("x", "notes")).isFalse();
    onBranch("x", "INSERT INTO notes VALUES (1)");
  }

  @Test
  void aResetGivesItBack() throws SQLException {
    // given
    onBranch("x", "DROP TABLE notes");
    assertThat(removed("x")).containsExactly("notes");

    // when
    test.server().resets().hard(test.repository(), "x", "x", null, TestServer.caller());

    // then
    assertThat(removed("x")).isEmpty();
    onBranch("x", "INSERT INTO notes (item, body) VALUES (1, 'again')");
    test.commit("x", "again");
    assertThat(rows("x")).hasSize(3);
  }

  @Test
  void oneThatOthersReferToGoesWithCascade() throws SQLException {
    // when
    assertThatThrownBy(() -> onBranch("x", "DROP TABLE items")).isInstanceOf(SQLException.class);
    onBranch("x", "DROP TABLE items CASCADE");
    test.commit("x", "without items");

    // then
    assertThat(has("x", "items")).isFalse();
    onBranch("x", "INSERT INTO notes (item, body) VALUES (9, 'free')");
    test.commit("x", "free");
    assertThat(rows("x")).containsExactly("1 x", "2 y", "3 free");
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepared", "applied.1", "completing"})
  void aServerThatStopsWhileItCommitsLeavesAllOrNothing(String step) throws SQLException {
    // given
    onBranch("x", "DROP TABLE notes", "INSERT INTO items VALUES (3, 'c')");
    test.restart(RecoveryIT.endingAt("commit-to-branch." + step));

    // when
    assertThatThrownBy(() -> test.commit("x", "without"))
        .isInstanceOf(RecoveryIT.ProcessEnded.class);
    test.restart(Failpoints.NONE);

    // then
    assertThat(state().operations()).isEmpty();
    if (has("x", "notes")) {
      assertThat(removed("x")).containsExactly("notes");
      test.commit("x", "without");
    }
    assertThat(has("x", "notes")).isFalse();
    assertThat(removed("x")).isEmpty();
    assertThat(working("x")).containsExactly("items");
  }
}
