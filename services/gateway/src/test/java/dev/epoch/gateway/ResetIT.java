package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.CommitState;
import dev.epoch.gateway.branch.ResetService;
import dev.epoch.gateway.record.DiffDoesNotApplyException;
import dev.epoch.gateway.record.StashService;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Branches are reset, and changes put away in stashes. */
class ResetIT extends ItemsOnTwoBranches {
  @ParameterizedTest
  @ValueSource(strings = {"main", "dev"})
  void hardResetMovesTheRowsAndPutsAwayWhatWasNotCommitted(String branch) throws Exception {
    String first = branch(branch).head();
    String content = content(branch);
    change(branch, "UPDATE items SET price = 10 WHERE id = 1", "DELETE FROM items WHERE id = 5");
    String second = test.commit(branch, "second").commit().id();
    change(branch, "UPDATE items SET price = 77 WHERE id = 3");

    ResetService.Moved moved =
        test.server()
            .resets()
            .hard(test.repository(), branch, "HEAD~1", second, TestServer.caller());

    assertThat(moved.head().id()).isEqualTo(first);
    assertThat(moved.former()).isEqualTo(second);
    assertThat(content(branch)).isEqualTo(content);
    assertThat(rows(branch)).containsEntry(1, "item 1/1").containsEntry(3, "item 3/3").hasSize(5);
    assertThat(pending(branch)).isEmpty();

    // nothing is lost: forth to what was put away
    test.server()
        .resets()
        .hard(test.repository(), branch, moved.saved(), null, TestServer.caller());
    assertThat(rows(branch)).containsEntry(1, "item 1/10").containsEntry(3, "item 3/77").hasSize(4);
  }

  @Test
  void softResetKeepsTheRowsAsUncommittedChanges() throws Exception {
    String first = branch("dev").head();
    change("dev", "UPDATE items SET price = 10 WHERE id = 1", "DELETE FROM items WHERE id = 5");
    test.commit("dev", "second");
    change("dev", "INSERT INTO items VALUES (9, 'new', 9)");
    TreeMap<Integer, String> rows = rows("dev");

    test.server().softResets().soft(test.repository(), "dev", "HEAD~1", null, TestServer.caller());

    assertThat(branch("dev").head()).isEqualTo(first);
    assertThat(rows("dev")).isEqualTo(rows);
    assertThat(pending("dev")).containsOnlyKeys("items");
    assertThat(branch("dev").staged()).containsExactly("items");
    CommitState again = test.commit("dev", "again").commit();
    assertThat(again.parents()).containsExactly(first);
    assertThat(rows("dev")).isEqualTo(rows);
    assertThatThrownBy(() ->
            test.server()
                .softResets()
                .soft(test.repository(), "main", "HEAD", null, TestServer.caller()))
        .hasMessageContaining("default branch");
  }

  @ParameterizedTest
  @ValueSource(strings = {"main", "dev"})
  void stashAndPopIsTheIdentity(String branch) throws Exception {
    String head = branch(branch).head();
    change(
        branch,
        "UPDATE items SET price = 10 WHERE id = 1",
        "DELETE FROM items WHERE id = 5",
        "INSERT INTO items VALUES (9, 'new', 9)");
    TreeMap<Integer, String> changed = rows(branch);
    StashService stashes = test.server().stashes();

    stashes.push(test.repository(), branch, "first", TestServer.caller());
    assertThat(branch(branch).head()).isEqualTo(head);
    assertThat(pending(branch)).isEmpty();
    assertThat(rows(branch)).containsEntry(1, "item 1/1").containsKey(5).doesNotContainKey(9);
    assertThatThrownBy(() -> stashes.push(test.repository(), branch, null, TestServer.caller()))
        .hasMessageContaining("No uncommitted changes");

    // another field of a row that it changed
    change(branch, "UPDATE items SET name = 'renamed' WHERE id = 1");
    stashes.pop(test.repository(), branch, 0, TestServer.caller());
    changed.put(1, "renamed/10");
    assertThat(rows(branch)).isEqualTo(changed);
    assertThat(stashes.list(test.repository().state(), branch(branch))).isEmpty();

    // and a field that it changed
    stashes.push(test.repository(), branch, "second", TestServer.caller());
    change(branch, "UPDATE items SET price = 11 WHERE id = 1");
    assertThatThrownBy(() -> stashes.pop(test.repository(), branch, 0, TestServer.caller()))
        .isInstanceOf(DiffDoesNotApplyException.class);
    assertThat(rows(branch)).containsKey(5).containsEntry(1, "item 1/11");
    stashes.drop(test.repository(), branch, 0, TestServer.caller());
    assertThat(stashes.list(test.repository().state(), branch(branch))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void anyResetGivesBackTheContentOfItsCommit(long seed) throws Exception {
    Random random = new Random(seed);
    Map<String, TreeMap<Integer, String>> contents = new TreeMap<>();
    for (int step = 0; step < 25; step++) {
      String branch = random.nextBoolean() ? "main" : "dev";
      if (contents.isEmpty() || random.nextInt(3) > 0) {
        change(branch, RandomItems.statement(random));
        if (!pending(branch).isEmpty()) {
          contents.put(test.commit(branch, "step " + step).commit().id(), rows(branch));
        }
      } else {
        String target = List.copyOf(contents.keySet()).get(random.nextInt(contents.size()));
        test.server().resets().hard(test.repository(), branch, target, null, TestServer.caller());
        assertThat(rows(branch)).as("seed %d step %d", seed, step).isEqualTo(contents.get(target));
      }
      for (String each : List.of("main", "dev")) {
        TreeMap<Integer, String> expected = contents.get(branch(each).head());
        if (expected != null) {
          assertThat(rows(each)).as("seed %d step %d %s", seed, step, each).isEqualTo(expected);
        }
      }
    }
  }

  /** One of the statements that applications may run. */
  private static final class RandomItems {
    static String statement(Random random) {
      int id = 1 + random.nextInt(8);
      return switch (random.nextInt(3)) {
        case 0 -> "DELETE FROM items WHERE id = " + id;
        case 1 -> "UPDATE items SET price = " + random.nextInt(100) + " WHERE id = " + id;
        default ->
            "INSERT INTO items SELECT %d, 'i', %d WHERE NOT EXISTS (SELECT FROM items WHERE id = %d)"
                .formatted(id, random.nextInt(100), id);
      };
    }
  }
}
