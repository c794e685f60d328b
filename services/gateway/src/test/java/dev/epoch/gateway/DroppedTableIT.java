package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.gateway.commit.WorkingSetService.TableChange;
import dev.epoch.gateway.merge.ReplayService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.state.RowQuery;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that sessions drop on a branch: gone there, and nowhere else. */
class DroppedTableIT {
  private TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE items (id integer PRIMARY KEY, name text)",
        "CREATE TABLE notes (id serial PRIMARY KEY, item integer REFERENCES items, body text)",
        "INSERT INTO items VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO notes (item, body) VALUES (1, 'x'), (2, 'y')");
    test.register("items");
    test.register("notes");
    test.commit("main", "first");
    test.branch("x", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  /** In a session whose branch has open tables. */
  private void onBranch(String branch, String... statements) throws SQLException {
    try (Connection connection = test.database.connect();
        Statement session = connection.createStatement()) {
      session.execute("SET epoch.open_tables_up_to = '64MB'");
      session.execute("SELECT epoch.use_branch('" + branch + "')");
      for (String sql : statements) {
        session.execute(sql);
      }
    }
  }

  private RepositoryState state() {
    return test.repository().state();
  }

  private BranchState branch(String name) {
    return state().branch(name).orElseThrow();
  }

  private List<String> removed(String branch) {
    return test.server().workingSets().changes(state(), branch(branch)).stream()
        .filter(TableChange::removed)
        .map(TableChange::table)
        .toList();
  }

  private List<String> untracked(String branch) {
    return test.server().workingSets().untracked(state(), branch(branch));
  }

  private Snapshot at(String ref) {
    CommitState commit = new References(state(), state().defaultBranch()).commit(ref);
    return Snapshot.of(state(), commit, ref);
  }

  private List<String> rows(String ref) {
    List<String> rows = new ArrayList<>();
    try (RowStream<Row> found =
        test.server().reads().rows(at(ref), "notes", RowQuery.page(null, 99))) {
      found.forEachRemaining(row -> rows.add(row.get(0) + " " + row.get(2)));
    }
    return rows;
  }

  private List<String> working(String branch) {
    return test.server().reads().working(state(), branch(branch)).tables().keySet().stream()
        .sorted()
        .toList();
  }

  private List<String> diff(String from, String to) {
    return test.server().diffs().summary(at(from), at(to)).stream()
        .map(table -> table.table() + " -" + table.deleted() + " " + table.schemaChanged())
        .toList();
  }

  private boolean has(String branch, String table) {
    return state().head(branch(branch)).tree().containsKey(table);
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

  @Test
  void aRenamedTableIsRefusedWithTheRemedy() throws SQLException {
    // given
    onBranch("x", "ALTER TABLE notes RENAME TO remarks");

    // when, then
    assertThatThrownBy(() -> test.commit("x", "renamed"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("ALTER TABLE remarks RENAME TO notes");
    onBranch("x", "ALTER TABLE remarks RENAME TO notes", "DELETE FROM notes WHERE id = 2");
    test.commit("x", "one");
    assertThat(rows("x")).containsExactly("1 x");
  }

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
    test.server().tables().remove(test.repository(), "notes", false, false, TestServer.caller());

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
    test.server()
        .replays()
        .replay(
            test.repository(),
            new ReplayService.Request(
                branch,
                "revert",
                List.of(branch),
                1,
                null,
                null,
                null,
                null,
                false,
                false,
                null,
                null,
                true),
            TestServer.caller());
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
