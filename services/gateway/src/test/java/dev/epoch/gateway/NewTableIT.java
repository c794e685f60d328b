package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.table.TableService;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.state.RowQuery;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that sessions make on a branch: registered and committed there, and merged. */
@Tag("postgres-versions")
class NewTableIT {
  private static final String[] NOTES = {
    "CREATE TABLE notes (id serial PRIMARY KEY, item integer NOT NULL REFERENCES items,"
        + " body text NOT NULL DEFAULT 'none' CONSTRAINT notes_body CHECK (body <> ''))",
    "CREATE INDEX notes_by_item ON notes (item)",
    "INSERT INTO notes (item, body) VALUES (1, 'x'), (2, 'y')"
  };

  private TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE items (id integer PRIMARY KEY, name text)",
        "INSERT INTO items VALUES (1, 'a'), (2, 'b')");
    test.register("items");
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

  private List<String> untracked(String branch) {
    return test.server().workingSets().untracked(state(), branch(branch));
  }

  private List<String> changes(String branch) {
    return test.server().workingSets().changes(state(), branch(branch)).stream()
        .map(change -> change.table() + " " + change.inserted() + " " + change.registered())
        .toList();
  }

  private List<String> rows(String ref) {
    CommitState commit = new References(state(), state().defaultBranch()).commit(ref);
    List<String> rows = new ArrayList<>();
    try (RowStream<Row> found =
        test.server()
            .reads()
            .rows(Snapshot.of(state(), commit, ref), "notes", RowQuery.page(null, 99))) {
      found.forEachRemaining(row -> rows.add(row.get(0) + " " + row.get(1) + " " + row.get(2)));
    }
    return rows;
  }

  private boolean has(String branch, String table) {
    return state().head(branch(branch)).tree().containsKey(table);
  }

  private List<String> constraints(String relation) {
    return test
        .database
        .rows(
            "SELECT conname || ' ' || contype::text FROM pg_constraint WHERE conrelid = '"
                + relation
                + "'::regclass AND contype <> 'n' ORDER BY 1")
        .stream()
        .map(List::getFirst)
        .toList();
  }

  /** What Liquibase makes: no key in the table, and one that is named. */
  @Test
  void aTableWithoutAPrimaryKeyIsRegisteredByAKeyAndMerged() throws SQLException {
    // given
    onBranch(
        "x",
        "CREATE TABLE databasechangelog (id varchar(255) NOT NULL, author varchar(255) NOT NULL,"
            + " filename varchar(255) NOT NULL, tag varchar(255))",
        "INSERT INTO databasechangelog VALUES ('1', 'a', 'f', 't'), ('2', 'a', 'f', NULL)");
    TableService.Request request =
        new TableService.Request(
            "databasechangelog", null, null, null, List.of("id", "author", "filename"), "x");
    test.server().tables().register(test.repository(), request, TestServer.caller());
    test.commit("x", "changelog");
    onBranch("x", "INSERT INTO databasechangelog VALUES ('3', 'a', 'f', NULL)");
    test.commit("x", "more");

    // when
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(test.database.value("SELECT string_agg(id, ' ' ORDER BY id) FROM databasechangelog"))
        .isEqualTo("1 2 3");
    assertThatThrownBy(() ->
            test.database.execute("INSERT INTO databasechangelog VALUES ('3', 'a', 'f', 'x')"))
        .hasMessageContaining("duplicate key");
    test.database.execute("UPDATE databasechangelog SET tag = 'z' WHERE id = '3'");
    assertThat(changes("main")).containsExactly("databasechangelog 0 false");
    test.commit("main", "tagged");
    assertThat(test.merge("main", "x").conflicts()).isEmpty();
  }

  @Test
  void isRegisteredAndCommittedOnItsBranchAlone() throws SQLException {
    // when
    onBranch("x", NOTES);

    // then
    assertThat(untracked("x")).containsExactly("notes");
    assertThat(untracked("main")).isEmpty();
    assertThatThrownBy(() ->
            test.server().branches().delete(test.repository(), "x", false, TestServer.caller()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("notes");

    // when
    test.registerOn("x", "notes");

    // then
    assertThat(untracked("x")).isEmpty();
    assertThat(changes("x")).containsExactly("notes 2 true");
    assertThat(changes("main")).isEmpty();
    assertThatThrownBy(() -> test.commit("main", "nothing")).isInstanceOf(RefusedException.class);

    // when
    test.commit("x", "notes");
    onBranch(
        "x", "UPDATE notes SET body = 'z' WHERE id = 1", "INSERT INTO notes (item) VALUES (1)");
    test.commit("x", "more");
    test.branch("y", "x");
    onBranch("y", "DELETE FROM notes WHERE id = 2");
    test.commit("y", "fewer");

    // then
    assertThat(rows("x~1")).containsExactly("1 1 x", "2 2 y");
    assertThat(rows("x")).containsExactly("1 1 z", "2 2 y", "3 1 none");
    assertThat(rows("y")).containsExactly("1 1 z", "3 1 none");
    assertThat(has("main", "notes")).isFalse();
    assertThat(test.database.value("SELECT to_regclass('public.notes')")).isNull();

    // when
    test.restart(Failpoints.NONE);

    // then
    assertThat(rows("x")).hasSize(3);
    assertThat(changes("x")).isEmpty();

    // when another branch makes one of the same name
    test.branch("w", "main");
    onBranch("w", "CREATE TABLE notes (id integer PRIMARY KEY)");

    // then
    assertThatThrownBy(() -> test.registerOn("w", "notes"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("merge that branch");
  }

  @Test
  void comesToTheLiveTablesWithAMerge() throws SQLException {
    // given
    onBranch("x", NOTES);
    test.registerOn("x", "notes");
    test.commit("x", "notes");
    onBranch("x", "ALTER TABLE notes ADD COLUMN stars integer DEFAULT 3");
    onBranch("x", "UPDATE notes SET stars = 5 WHERE id = 2");
    test.commit("x", "stars");
    test.database.execute("UPDATE items SET name = 'A' WHERE id = 1");

    // when
    test.merge("x", "main");

    // then
    assertThat(test.database.rows("SELECT id, item, body, stars FROM public.notes ORDER BY id"))
        .containsExactly(List.of("1", "1", "x", "3"), List.of("2", "2", "y", "5"));
    assertThat(constraints("public.notes"))
        .containsExactly("notes_body c", "notes_item_fkey f", "notes_pkey p");
    assertThat(test.database.value("SELECT to_regclass('public.notes_by_item') IS NOT NULL"))
        .isEqualTo("t");
    assertThat(
            test.database.value(
                "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'epoch_new%'"))
        .isEqualTo("0");
    assertThat(rows("main")).containsExactly("1 1 x", "2 2 y");
  }

  @Test
  void aLiveTableThatIsRegisteredLaterComesToAnOlderBranch() throws SQLException {
    // given
    test.branch("old", "main");
    test.database.execute(
        "CREATE TABLE notes (id int PRIMARY KEY, item int, body text)",
        "INSERT INTO notes VALUES (1, 2, 'late')");
    test.register("notes");
    test.commit("main", "late");

    // when
    test.merge("main", "old");

    // then
    assertThat(rows("old")).containsExactly("1 2 late");
    onBranch("old", "UPDATE notes SET body = 'changed'");
    assertThat(changes("old")).containsExactly("notes 0 false");
    assertThat(test.database.value("SELECT body FROM notes")).isEqualTo("late");
  }

  @Test
  void goesOnAsALiveTableAndOnOtherBranches() throws SQLException {
    // given
    onBranch("x", NOTES);
    test.registerOn("x", "notes");
    test.commit("x", "notes");
    test.merge("x", "main");

    // when applications go on, and another branch gets it
    test.database.execute("INSERT INTO notes (item, body) VALUES (2, 'live')");
    assertThat(changes("main")).containsExactly("notes 1 false");
    test.commit("main", "live");
    test.branch("old", "x~1");
    test.merge("main", "old");

    // then
    assertThat(rows("main")).containsExactly("1 1 x", "2 2 y", "3 2 live");
    assertThat(rows("old")).containsExactly("1 1 x", "2 2 y", "3 2 live");
    onBranch("old", "INSERT INTO notes (item) VALUES (1)");
    test.commit("old", "one more");
    assertThat(rows("old")).hasSize(4);

    // when the branch goes on
    onBranch("x", "INSERT INTO notes (item, body) VALUES (1, 'again')");
    test.commit("x", "again");
    test.merge("x", "main");

    // then
    assertThat(rows("main")).hasSize(4);
    assertThat(test.database.value("SELECT count(*) FROM public.notes")).isEqualTo("4");
  }

  @Test
  void whatHasItsNameAmongTheLiveTablesRefusesTheMerge() throws SQLException {
    // given
    onBranch("x", NOTES);
    test.registerOn("x", "notes");
    test.commit("x", "notes");
    test.database.execute("CREATE TABLE notes (id integer)");

    // when, then
    assertThatThrownBy(() -> test.merge("x", "main"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("public.notes");
    assertThat(has("main", "notes")).isFalse();
    test.database.execute("DROP TABLE public.notes");
    test.merge("x", "main");
    assertThat(rows("main")).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepared", "applied.1", "completing"})
  void aServerThatStopsWhileItRegistersLeavesTheTableToTheBranch(String step) throws SQLException {
    // given
    onBranch("x", NOTES);
    test.restart(RecoveryIT.endingAt("register-table." + step));

    // when
    assertThatThrownBy(() -> test.registerOn("x", "notes"))
        .isInstanceOf(RecoveryIT.ProcessEnded.class);
    test.restart(Failpoints.NONE);

    // then
    assertThat(state().operations()).isEmpty();
    assertThat(untracked("x")).containsExactly("notes");
    test.registerOn("x", "notes");
    test.commit("x", "notes");
    assertThat(rows("x")).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepared", "applied.1", "completing"})
  void aServerThatStopsWhileItMergesLeavesAllOrNothing(String step) throws SQLException {
    // given
    onBranch("x", NOTES);
    test.registerOn("x", "notes");
    test.commit("x", "notes");
    test.restart(RecoveryIT.endingAt("merge-branch." + step));

    // when
    assertThatThrownBy(() -> test.merge("x", "main")).isInstanceOf(RecoveryIT.ProcessEnded.class);
    test.restart(Failpoints.NONE);

    // then
    assertThat(state().operations()).isEmpty();
    boolean live =
        test.database.value("SELECT to_regclass('public.notes') IS NOT NULL").equals("t");
    assertThat(live).isEqualTo(has("main", "notes"));
    if (!live) {
      test.merge("x", "main");
    }
    assertThat(rows("main")).containsExactly("1 1 x", "2 2 y");
    assertThat(constraints("public.notes")).contains("notes_item_fkey f");
  }
}
