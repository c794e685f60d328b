package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.CommitState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.stream.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commits are made again elsewhere. */
class CherryPickIT extends ItemsOnTwoBranches {
  @ParameterizedTest
  @ValueSource(strings = {"main", "dev"})
  void cherryPickBringsOneCommitWithItsAuthorAndMessage(String target) throws Exception {
    String source = target.equals("main") ? "dev" : "main";
    change(source, "UPDATE items SET price = 50 WHERE id = 1");
    test.commit(source, "not this");
    change(
        source, "UPDATE items SET price = 60 WHERE id = 2", "INSERT INTO items VALUES (9, 'n', 9)");
    String picked = test.commit(source, "this one").commit().id();

    Merged merged = replay(target, "cherry_pick", picked);

    assertThat(merged.result().message()).isEqualTo("this one");
    assertThat(merged.result().parents()).hasSize(1);
    assertThat(rows(target))
        .containsEntry(1, "item 1/1")
        .containsEntry(2, "item 2/60")
        .containsEntry(9, "n/9");
    assertThatThrownBy(() -> replay(target, "cherry_pick", picked))
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.rejection().code()).isEqualTo(Code.NOTHING_TO_COMMIT));
  }

  @Test
  void cherryPickOfACommitOntoItsOwnParentIsItself() throws Exception {
    change("main", "UPDATE items SET price = 60 WHERE id = 2");
    CommitState commit = test.commit("main", "work").commit();

    Merged merged = replay("dev", "cherry_pick", commit.id());

    assertThat(merged.result().parents()).isEqualTo(commit.parents());
    assertThat(merged.result().tree().get("items").contentHash())
        .isEqualTo(commit.tree().get("items").contentHash());
  }

  @Test
  void severalCommitsArePickedInOrderAndSkippedOrContinuedAtConflicts() throws Exception {
    String[] picked = new String[3];
    for (int i = 0; i < 3; i++) {
      change("dev", "UPDATE items SET price = " + (10 + i) + " WHERE id = " + (i + 1));
      picked[i] = test.commit("dev", "pick " + i).commit().id();
    }
    change("main", "UPDATE items SET price = 99 WHERE id = 2");
    String head = test.commit("main", "in the way").commit().id();

    Merged stopped = replay("main", "cherry_pick", picked);
    assertThat(stopped.conflicts()).containsEntry("items", 1L);
    assertThat(rows("main")).containsEntry(1, "item 1/10").containsEntry(2, "item 2/99");
    assertThatThrownBy(() -> test.commit("main", "meanwhile"))
        .hasMessageContaining("A cherry-pick of");

    Merged ended = test.server().replays().skip(test.repository(), "main", TestServer.caller());
    assertThat(ended.conflicts()).isEmpty();
    assertThat(rows("main")).containsEntry(2, "item 2/99").containsEntry(3, "item 3/12");
    assertThat(branch("main").replay()).isNull();

    // and given up: back to where it began
    assertThat(
            test.server()
                .resets()
                .hard(test.repository(), "main", head, null, TestServer.caller())
                .head()
                .id())
        .isEqualTo(head);
    assertThat(replay("main", "cherry_pick", picked).conflicts()).isNotEmpty();
    test.server().merges().abort(test.repository(), "main", TestServer.caller());
    assertThat(branch("main").head()).isEqualTo(head);
    assertThat(rows("main")).containsEntry(1, "item 1/1").containsEntry(2, "item 2/99");

    // and decided
    assertThat(replay("main", "cherry_pick", picked).conflicts()).isNotEmpty();
    resolve("main", "theirs");
    assertThat(continueMerge("main").conflicts()).isEmpty();
    assertThat(rows("main"))
        .containsEntry(1, "item 1/10")
        .containsEntry(2, "item 2/11")
        .containsEntry(3, "item 3/12");
  }
}
