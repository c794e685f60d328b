package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.epoch.engine.state.CommitState;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.RefusedException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The commits of a branch are put onto others. */
class RebaseIT extends ItemsOnTwoBranches {
  @Test
  void rebasePutsTheCommitsOfABranchOntoAnother() throws Exception {
    change("dev", "UPDATE items SET price = 10 WHERE id = 1");
    test.commit("dev", "one");
    change("dev", "INSERT INTO items VALUES (7, 'seven', 7)");
    test.commit("dev", "two");
    change("main", "UPDATE items SET price = 20 WHERE id = 2");
    String onto = test.commit("main", "on main").commit().id();
    test.branch("merged", "dev");
    test.merge("main", "merged");

    Merged rebased = replay("dev", "rebase", "main");

    assertThat(rebased.conflicts()).isEmpty();
    CommitState head = rebased.state().head(branch("dev"));
    assertThat(head.message()).isEqualTo("two");
    CommitState one = rebased.state().commits().byId().get(head.parents().getFirst());
    assertThat(one.message()).isEqualTo("one");
    assertThat(one.parents()).containsExactly(onto);
    assertThat(content("dev")).isEqualTo(content("merged"));
    assertThat(rows("dev"))
        .containsEntry(1, "item 1/10")
        .containsEntry(2, "item 2/20")
        .containsEntry(7, "seven/7");
    assertThat(replay("dev", "rebase", "main").upToDate()).isTrue();
    assertThat(test.merge("dev", "main").fastForward()).isTrue();
  }

  @Test
  void theFirstCommitOfARebaseIsMadeByTheOperationThatMovesTheBranch() throws Exception {
    database.execute(
        "CREATE TABLE notes (id int PRIMARY KEY, text text)",
        "CREATE TABLE tags (id int PRIMARY KEY, name text)");
    test.register("notes");
    test.register("tags");
    test.commit("main", "notes");
    test.branch("topic", "main");
    change(
        "topic",
        "UPDATE items SET price = 10 WHERE id = 1",
        "UPDATE items SET price = 11 WHERE id = 2",
        "DELETE FROM items WHERE id = 3",
        "INSERT INTO tags VALUES (1, 'on topic')");
    test.commit("topic", "one");
    change(
        "main",
        "UPDATE items SET price = 11 WHERE id = 2",
        "UPDATE items SET name = 'renamed' WHERE id = 1",
        "INSERT INTO notes VALUES (1, 'on main')");
    String onto = test.commit("main", "on main").commit().id();
    test.branch("merged", "topic");
    test.merge("main", "merged");
    List<String> operations = new ArrayList<>();
    test.restart(point -> {
      if (point.endsWith(".prepared")) {
        operations.add(point);
      }
    });

    Merged rebased = replay("topic", "rebase", "main");

    assertThat(operations).hasSize(1);
    CommitState head = rebased.result();
    assertThat(head.parents()).containsExactly(onto);
    assertThat(head.message()).isEqualTo("one");
    assertThat(head.changed())
        .extracting(
            TableEntry::name, TableEntry::inserted, TableEntry::updated, TableEntry::deleted)
        .containsExactlyInAnyOrder(tuple("items", 0L, 1L, 1L), tuple("tags", 1L, 0L, 0L));
    assertThat(content("topic")).isEqualTo(content("merged"));
    assertThat(rows("topic"))
        .containsEntry(1, "renamed/10")
        .containsEntry(2, "item 2/11")
        .doesNotContainKey(3);
    test.restart(Failpoints.NONE);
    assertThat(rows("topic")).containsEntry(1, "renamed/10").hasSize(4);

    // the same changes again: nothing is left of them
    test.branch("again", "main~1");
    change(
        "again",
        "UPDATE items SET price = 11 WHERE id = 2",
        "UPDATE items SET name = 'renamed' WHERE id = 1",
        "INSERT INTO notes VALUES (1, 'on main')");
    test.commit("again", "the same");
    assertThat(replay("again", "rebase", "main").result().id()).isEqualTo(onto);
    assertThat(branch("again").replay()).isNull();
  }

  @Test
  void aBranchThatMovesGetsTheTablesThatCameMeanwhile() throws Exception {
    // given
    test.branch("other", "main");
    change("dev", "UPDATE items SET price = 100 WHERE id = 1");
    test.commit("dev", "on dev");
    database.execute(
        "CREATE TABLE notes (id int PRIMARY KEY, item int REFERENCES items, note text)",
        "INSERT INTO notes VALUES (1, 1, 'first')");
    test.register("notes");
    change("main", "UPDATE items SET price = 200 WHERE id = 2");
    test.commit("main", "notes");

    // when
    replay("dev", "rebase", "main");
    reset("other", "main");

    // then
    assertThat(rows("dev")).containsEntry(1, "item 1/100").containsEntry(2, "item 2/200");
    assertThat(rows("other")).containsEntry(2, "item 2/200");
    for (String branch : List.of("dev", "other")) {
      change(branch, "UPDATE notes SET note = note || '!' WHERE id = 1");
      test.commit(branch, "loud");
      CommitState head = test.repository().state().head(branch(branch));
      assertThat(head.tree().get("notes").rowCount()).isEqualTo(1);
      assertThat(head.changed()).extracting(TableEntry::name).containsExactly("notes");
    }

    // when
    test.merge("dev", "main");

    // then
    assertThat(database.rows("SELECT note FROM notes")).containsExactly(List.of("first!"));

    // when, then: the branch would lose the table again
    assertThatThrownBy(() -> reset("dev", "dev~3"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("does not have notes");
    assertThatThrownBy(() -> reset("main", "main~4"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("does not have items, notes");
  }

  @Test
  void aBranchThatMovesLosesTheTablesThatItHasNeverChanged() throws Exception {
    // given
    String before = test.repository().state().head(branch("main")).id();
    database.execute(
        "CREATE TABLE notes (id int PRIMARY KEY, note text)", "INSERT INTO notes VALUES (1, 'a')");
    test.register("notes");
    change("main", "UPDATE items SET price = 200 WHERE id = 2");
    test.commit("main", "notes");
    test.branch("calm", "main");
    change("calm", "UPDATE items SET price = 300 WHERE id = 2");
    test.commit("calm", "dear");

    // when
    reset("calm", before);

    // then
    CommitState head = test.repository().state().head(branch("calm"));
    assertThat(head.id()).isEqualTo(before);
    assertThatThrownBy(() -> change("calm", "UPDATE notes SET note = 'b'"))
        .hasMessageContaining("notes");
    change("calm", "UPDATE items SET price = 400 WHERE id = 2");
    assertThat(test.commit("calm", "dearer").commit().tree()).containsOnlyKeys("items");

    // when
    reset("calm", "main");

    // then
    assertThat(rows("calm")).containsEntry(2, "item 2/200");
    change("calm", "UPDATE notes SET note = 'b' WHERE id = 1");

    // when, then: what would go is not committed
    assertThatThrownBy(() -> reset("calm", before))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("uncommitted changes");

    // when, then: nor does a branch lose what it has changed
    test.commit("calm", "loud");
    assertThatThrownBy(() -> reset("calm", before))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("does not have notes");
  }

  @Test
  void rebaseStopsAtConflictsAndGoesBackWhenAborted() throws Exception {
    change("dev", "UPDATE items SET price = 10 WHERE id = 1");
    test.commit("dev", "one");
    change("dev", "UPDATE items SET price = 11 WHERE id = 2");
    String before = test.commit("dev", "two").commit().id();
    String content = content("dev");
    change("main", "UPDATE items SET price = 20 WHERE id = 1");
    test.commit("main", "on main");

    assertThat(replay("dev", "rebase", "main").conflicts()).containsEntry("items", 1L);
    test.server().merges().abort(test.repository(), "dev", TestServer.caller());
    assertThat(branch("dev").head()).isEqualTo(before);
    assertThat(content("dev")).isEqualTo(content);

    assertThat(replay("dev", "rebase", "main").conflicts()).containsEntry("items", 1L);
    test.restart(Failpoints.NONE);
    resolve("dev", "ours");
    continueMerge("dev");
    assertThat(rows("dev")).containsEntry(1, "item 1/20").containsEntry(2, "item 2/11");
    assertThat(branch("dev").replay()).isNull();
  }

  @Test
  void whatIsRefused() throws Exception {
    String first = branch("main").head();
    assertThatThrownBy(() -> replay("main", "rebase", "dev"))
        .hasMessageContaining("default branch");
    assertThatThrownBy(() -> replay("main", "revert", first)).hasMessageContaining("registers");
    change("dev", "UPDATE items SET price = 10 WHERE id = 1");
    assertThatThrownBy(() -> replay("dev", "rebase", "main"))
        .hasMessageContaining("uncommitted changes");
  }
}
