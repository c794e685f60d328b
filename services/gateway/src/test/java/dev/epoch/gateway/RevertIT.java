package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.stream.RefusedException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commits are taken back. */
@Tag("postgres-versions")
class RevertIT extends ItemsOnTwoBranches {
  @ParameterizedTest
  @ValueSource(strings = {"main", "dev"})
  void revertOfTheLastCommitRestoresTheContent(String branch) throws Exception {
    String before = content(branch);
    change(
        branch,
        "UPDATE items SET price = 100 WHERE id = 1",
        "DELETE FROM items WHERE id = 2",
        "INSERT INTO items VALUES (6, 'new', 6)");
    test.commit(branch, "a mistake");

    Merged reverted = replay(branch, "revert", "HEAD");

    assertThat(reverted.conflicts()).isEmpty();
    assertThat(content(branch)).isEqualTo(before);
    assertThat(reverted.result().message())
        .startsWith("Revert \"a mistake\"\n\nThis reverts commit ");
    assertThat(reverted.result().parents()).hasSize(1);
    assertThat(rows(branch)).containsEntry(1, "item 1/1").containsEntry(2, "item 2/2").hasSize(5);

    replay(branch, "revert", "HEAD");
    assertThat(rows(branch)).containsEntry(1, "item 1/100").containsEntry(6, "new/6");
  }

  @ParameterizedTest
  @ValueSource(strings = {"main", "dev"})
  void revertKeepsWhatOthersChangedSince(String branch) throws Exception {
    change(branch, "UPDATE items SET price = 100 WHERE id = 1");
    String mistake = test.commit(branch, "a mistake").commit().id();
    change(branch, "UPDATE items SET name = 'renamed' WHERE id = 1");
    test.commit(branch, "later");

    replay(branch, "revert", mistake);

    assertThat(rows(branch)).containsEntry(1, "renamed/1");
  }

  @Test
  void revertOfAMergeTakesBackWhatItBrought() throws Exception {
    change("dev", "UPDATE items SET price = 7 WHERE id = 1");
    test.commit("dev", "on dev");
    change("main", "UPDATE items SET price = 8 WHERE id = 2");
    test.commit("main", "on main");
    test.merge("dev", "main");

    replay("main", "revert", "HEAD");

    assertThat(rows("main")).containsEntry(1, "item 1/1").containsEntry(2, "item 2/8");
  }

  @Test
  void revertOfWhatSomebodyChangedSinceIsAConflictThatCanBeDecidedOrGivenUp() throws Exception {
    change("main", "UPDATE items SET price = 100 WHERE id = 1");
    String mistake = test.commit("main", "a mistake").commit().id();
    change("main", "UPDATE items SET price = 200 WHERE id = 1");
    String later = test.commit("main", "later").commit().id();

    assertThat(replay("main", "revert", mistake).conflicts()).containsEntry("items", 1L);
    assertThatThrownBy(() -> replay("main", "revert", later))
        .hasMessageContaining("A revert of")
        .isInstanceOf(RefusedException.class);
    test.server().merges().abort(test.repository(), "main", TestServer.caller());
    assertThat(rows("main")).containsEntry(1, "item 1/200");

    assertThat(replay("main", "revert", mistake).conflicts()).containsEntry("items", 1L);
    resolve("main", "theirs");
    Merged continued = continueMerge("main");
    assertThat(continued.result().parents()).containsExactly(later);
    assertThat(rows("main")).containsEntry(1, "item 1/1");
  }

  @Test
  void revertBesideLiveWritesCommitsThemFirst() throws Exception {
    change("main", "UPDATE items SET price = 100 WHERE id = 1");
    test.commit("main", "a mistake");
    change("main", "UPDATE items SET name = 'live' WHERE id = 1");

    Merged reverted = replay("main", "revert", "HEAD");

    assertThat(reverted.liveCommit()).isNotNull();
    assertThat(reverted.result().parents()).containsExactly(reverted.liveCommit());
    assertThat(rows("main")).containsEntry(1, "live/1");
  }
}
