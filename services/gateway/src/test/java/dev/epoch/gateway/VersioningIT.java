package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.merge.conflict.ConflictService;
import dev.epoch.gateway.read.DiffService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.testing.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real database is branched, changed, committed, diffed, merged and read in the past. */
@Tag("postgres-versions")
class VersioningIT {
  private TestServer test;
  private TestDatabase database;

  @BeforeEach
  void start() {
    test = new TestServer();
    database = test.database;
    database.execute(
        "CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL, email text UNIQUE, status text DEFAULT 'active')",
        "INSERT INTO users (name, email) VALUES ('Alice', 'alice@example.com'), ('Bob', 'bob@example.com'), ('Charlie', NULL)");
    test.register("users");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @Test
  void firstCommitHoldsTheRegisteredTable() {
    // when
    CommitService.Committed committed = test.commit("main", "Initial import");

    // then
    assertThat(committed.commit().tree().get("users").rowCount()).isEqualTo(3);
    assertThat(DiffService.recorded(committed.state(), committed.commit()).getFirst().inserted())
        .isEqualTo(3);
    assertThat(
            test.server()
                .workingSets()
                .changes(committed.state(), committed.state().defaultBranch()))
        .isEmpty();
    assertThatThrownBy(() -> test.commit("main", "again"))
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.rejection().code()).isEqualTo(Code.NOTHING_TO_COMMIT));
  }

  @Test
  void branchesAreIsolatedAndMergeByField() throws Exception {
    // given
    test.commit("main", "Initial import");
    test.branch("feature/x", "main");

    // when both sides change different fields of one row
    database.execute(
        "UPDATE users SET status = 'vip' WHERE id = 1", "DELETE FROM users WHERE id = 3");
    test.onBranch(
        "feature/x",
        "UPDATE users SET email = 'a@corp.com' WHERE id = 1",
        "INSERT INTO users (name) VALUES ('Dora')");

    // then neither sees the other
    assertThat(database.value("SELECT email FROM users WHERE id = 1"))
        .isEqualTo("alice@example.com");
    assertThat(rows("feature/x", true)).extracting(row -> row.get(3)).containsOnly("active");
    assertThat(rows("feature/x", true)).hasSize(4);

    // when
    test.commit("main", "On main");
    test.commit("feature/x", "On feature");
    MergeService.Merged merged = test.merge("feature/x", "main");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(merged.fastForward()).isFalse();
    assertThat(database.rows("SELECT id, name, email, status FROM users ORDER BY id"))
        .containsExactly(
            List.of("1", "Alice", "a@corp.com", "vip"),
            List.of("2", "Bob", "bob@example.com", "active"),
            List.of("4", "Dora", "null", "active").stream()
                .map(v -> v.equals("null") ? null : v)
                .toList());
    assertThat(rows("main~1", false)).hasSize(2);
    assertThat(rows("main~2", false)).hasSize(3);
    assertThat(rows("feature/x", false)).hasSize(4);
  }

  @Test
  void conflictsWaitForDecisionsAlsoOverARestart() throws Exception {
    // given
    test.commit("main", "Initial import");
    test.branch("feature/x", "main");
    database.execute("UPDATE users SET email = 'alice@company.com' WHERE id = 1");
    test.onBranch(
        "feature/x",
        "UPDATE users SET email = 'alice.smith@example.com', name = 'Al' WHERE id = 1");
    test.commit("main", "On main");
    test.commit("feature/x", "On feature");

    // when
    MergeService.Merged merged = test.merge("feature/x", "main");

    // then
    assertThat(merged.conflicts()).isEqualTo(Map.of("users", 1L));
    assertThat(database.value("SELECT name FROM users WHERE id = 1")).isEqualTo("Alice");

    // when
    test.restart(Failpoints.NONE);
    RepositoryState state = test.repository().state();
    ConflictService.Page page =
        test.server().conflicts().list(state, state.defaultBranch(), null, null, 10);
    assertThat(page.conflicts().getFirst().open().getFirst().theirs())
        .isEqualTo("alice.smith@example.com");
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                "main",
                "users",
                List.of("1"),
                "email",
                null,
                "value",
                Map.of("email", "final@x.org"),
                List.of(),
                false,
                0,
                0),
            TestServer.caller());
    MergeService.Merged done =
        test.server()
            .merges()
            .continueMerge(test.repository(), "main", null, TestServer.ALICE, TestServer.caller());

    // then
    assertThat(done.result().parents()).hasSize(2);
    assertThat(database.rows("SELECT name, email FROM users WHERE id = 1"))
        .containsExactly(List.of("Al", "final@x.org"));
    assertThat(rows("main", false)).hasSize(3);
  }

  @Test
  void aMergeIntoABranchAnchorsItAnew() throws Exception {
    // given
    test.commit("main", "Initial import");
    test.branch("feature/x", "main");
    test.onBranch("feature/x", "UPDATE users SET name = 'Bobby' WHERE id = 2");
    test.commit("feature/x", "On feature");
    database.execute(
        "UPDATE users SET status = 'gone' WHERE id = 2", "INSERT INTO users (name) VALUES ('Eve')");
    test.commit("main", "On main");

    // when
    test.merge("main", "feature/x");
    database.execute("UPDATE users SET status = 'later'");

    // then
    assertThat(rows("feature/x", true))
        .extracting(row -> row.get(1) + " " + row.get(3))
        .containsExactlyInAnyOrder("Alice active", "Bobby gone", "Charlie active", "Eve active");

    // when it comes back
    test.commit("main", "Later");
    MergeService.Merged merged = test.merge("feature/x", "main");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(database.value("SELECT name FROM users WHERE id = 2")).isEqualTo("Bobby");
  }

  @Test
  void violationsOfTheMergedStateAreConflicts() throws Exception {
    // given
    test.commit("main", "Initial import");
    test.branch("feature/x", "main");
    database.execute("UPDATE users SET email = 'same@x.org' WHERE id = 1");
    test.onBranch("feature/x", "UPDATE users SET email = 'same@x.org' WHERE id = 2");
    test.commit("main", "On main");
    test.commit("feature/x", "On feature");

    // when
    MergeService.Merged merged = test.merge("feature/x", "main");

    // then
    assertThat(merged.conflicts()).isNotEmpty();
    assertThat(database.value("SELECT email FROM users WHERE id = 2")).isEqualTo("bob@example.com");

    // when
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                "main", null, List.of(), null, null, "ours", Map.of(), List.of(), false, 0, 0),
            TestServer.caller());
    MergeService.Merged done =
        test.server()
            .merges()
            .continueMerge(test.repository(), "main", null, TestServer.ALICE, TestServer.caller());

    // then
    assertThat(done.result()).isNotNull();
    assertThat(database.value("SELECT email FROM users WHERE id = 2")).isEqualTo("bob@example.com");
  }

  private List<Row> rows(String ref, boolean working) {
    RepositoryState state = test.repository().state();
    Snapshot snapshot =
        working
            ? test.server().reads().working(state, References.branch(state, ref))
            : Snapshot.of(state, new References(state, state.defaultBranch()).commit(ref), ref);
    List<Row> rows = new ArrayList<>();
    try (RowStream<Row> stream = test.server().reads().rows(snapshot, "users", RowQuery.all())) {
      stream.forEachRemaining(rows::add);
    }
    return rows;
  }
}
