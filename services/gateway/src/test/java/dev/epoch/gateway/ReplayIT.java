package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.branch.ResetService;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.record.DiffDoesNotApplyException;
import dev.epoch.gateway.record.StashService;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commits are taken back, made again elsewhere, and put onto others; branches are reset. */
class ReplayIT {
  private TestServer test;
  private TestDatabase database;

  @BeforeEach
  void start() {
    test = new TestServer();
    database = test.database;
    database.execute(
        "CREATE TABLE items (id int PRIMARY KEY, name text, price int NOT NULL)",
        "INSERT INTO items SELECT i, 'item ' || i, i FROM generate_series(1, 5) i");
    test.register("items");
    test.commit("main", "first");
    test.branch("dev", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

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
        .hasMessageContaining("have different tables: notes");
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

  private void change(String branch, String... statements) throws SQLException {
    if (branch.equals("main")) {
      database.execute(statements);
    } else {
      test.onBranch(branch, statements);
    }
  }

  private Merged replay(String branch, String verb, String... commits) {
    return test.replay(branch, verb, commits);
  }

  private Merged continueMerge(String branch) {
    return test.server()
        .merges()
        .continueMerge(test.repository(), branch, null, TestServer.ALICE, TestServer.caller());
  }

  private void resolve(String branch, String resolution) {
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                branch,
                "items",
                List.of(),
                null,
                null,
                resolution,
                Map.of(),
                List.of(),
                false,
                0,
                0),
            TestServer.caller());
  }

  private BranchState branch(String name) {
    return References.branch(test.repository().state(), name);
  }

  private Map<String, ?> pending(String branch) {
    return test.server().workingSets().pending(test.repository().state(), branch(branch));
  }

  private void reset(String branch, String target) {
    test.server().resets().hard(test.repository(), branch, target, null, TestServer.caller());
  }

  private String content(String branch) {
    RepositoryState state = test.repository().state();
    return state.head(branch(branch)).tree().get("items").contentHash().hex();
  }

  /** What a session on the branch reads: name and price by id. */
  private TreeMap<Integer, String> rows(String branch) throws SQLException {
    TreeMap<Integer, String> rows = new TreeMap<>();
    try (var connection = database.connect();
        var session = connection.createStatement()) {
      session.execute("SELECT epoch.use_branch('" + branch + "')");
      var result = session.executeQuery("SELECT id, name, price FROM items");
      while (result.next()) {
        rows.put(result.getInt(1), result.getString(2) + "/" + result.getInt(3));
      }
    }
    return rows;
  }
}
