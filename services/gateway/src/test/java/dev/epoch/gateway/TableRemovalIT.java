package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.error.PrivilegeException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.testing.OwnerIsNoSuperuser;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A table that the role does not own: removing it takes no more than versioning it. */
@Tag("postgres-versions")
class TableRemovalIT {
  private TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer();
    test.database.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
    test.database.executeAsSuperuser(
        "ALTER TABLE t OWNER TO postgres",
        "GRANT SELECT, INSERT, UPDATE, DELETE, TRIGGER ON t TO " + test.database.owner());
    test.register("t");
    test.commit("main", "first");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @Test
  void theDocumentedPrivilegesAreEnough() {
    // when
    remove(false);

    // then
    assertThat(traces()).isEqualTo("0");
    test.database.execute("INSERT INTO t VALUES (2)", "UPDATE t SET id = 3 WHERE id = 2");
    register();
  }

  @OwnerIsNoSuperuser
  @Test
  void whatIsMissingIsToldBeforeAnythingIsPrepared() {
    // given
    test.database.executeAsSuperuser("REVOKE TRIGGER ON t FROM " + test.database.owner());
    long version = test.repository().state().version();

    // when, then
    assertThatThrownBy(() -> remove(true))
        .isInstanceOfSatisfying(
            PrivilegeException.class,
            e -> {
              assertThat(e).hasMessageContaining("TRIGGER on TABLE public.t");
              test.database.executeAsSuperuser(e.remedy());
            });
    assertThat(test.repository().state().version()).isEqualTo(version);
    remove(false);
    assertThat(traces()).isEqualTo("0");
  }

  @OwnerIsNoSuperuser
  @Test
  void aRemovalThatTheDatabaseRefusesHoldsNoBranch() {
    // given
    test.restart(this::revoke);

    // when, then
    assertThatThrownBy(() -> remove(false)).isInstanceOf(StorageException.class);
    assertThat(test.repository().state().operations()).isEmpty();
    test.database.executeAsSuperuser("INSERT INTO t VALUES (2)");
    test.commit("main", "goes on");
  }

  @OwnerIsNoSuperuser
  @Test
  void recoveryTakesBackWhatTheDatabaseRefuses() {
    // given
    test.restart(point -> {
      revoke(point);
      if (point.equals("remove-table.prepared")) {
        throw new IllegalStateException("as if the process had ended");
      }
    });
    assertThatThrownBy(() -> remove(false)).isInstanceOf(IllegalStateException.class);
    assertThat(test.repository().state().operations()).hasSize(1);

    // when
    test.restart(Failpoints.NONE);

    // then
    assertThat(test.repository().state().operations()).isEmpty();
    test.database.executeAsSuperuser("INSERT INTO t VALUES (2)");
    String head = test.commit("main", "goes on").commit().id();
    assertThat(rows(head)).isEqualTo(2);
  }

  @Test
  void workThatIsNotCommittedOnAnyBranchNeedsForce() throws SQLException {
    // given
    String first = test.repository().state().defaultBranch().head();
    test.branch("work", "main");
    test.branch("idle", "main");
    test.onBranch("work", "INSERT INTO t VALUES (2)");
    test.onBranch("idle", "INSERT INTO t VALUES (3)", "DELETE FROM t WHERE id = 3");

    // when, then
    assertThatThrownBy(() -> remove(false))
        .isInstanceOf(RefusedException.class)
        .hasMessage("Table 't' has uncommitted changes on 'work'");
    test.database.executeAsSuperuser("INSERT INTO t VALUES (4)");
    assertThatThrownBy(() -> remove(false)).hasMessageEndingWith("on 'main', 'work'");

    // when
    test.commit("main", "second");
    test.commit("work", "work");
    remove(false);

    // then
    assertThat(rows(first)).isEqualTo(1);
    assertThat(traces()).isEqualTo("0");
  }

  @Test
  void commitsReadWhatTheyReadUntilTheTableIsPurged() throws SQLException {
    // given
    String first = test.repository().state().defaultBranch().head();
    test.branch("work", "main");
    test.onBranch("work", "INSERT INTO t VALUES (2), (3)");
    String work = test.commit("work", "work").commit().id();
    test.database.executeAsSuperuser("INSERT INTO t VALUES (4)");
    String second = test.commit("main", "second").commit().id();

    // when
    remove(false);
    test.restart(Failpoints.NONE);

    // then
    assertThat(List.of(rows(first), rows(work), rows(second))).containsExactly(1, 3, 2);
    assertThat(differences(first, work)).containsExactly("INSERT 2", "INSERT 3");
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
    assertThat(test.server().cleanups().cleanup(test.repository(), false).tables()).isEmpty();
    for (String branch : List.of("main", "work")) {
      assertThat(
              test.server()
                  .reads()
                  .working(
                      test.repository().state(),
                      test.repository().state().branch(branch).orElseThrow())
                  .tables())
          .isEmpty();
    }
    test.branch("old", work);

    // when
    test.database.executeAsSuperuser("DELETE FROM t WHERE id = 1");
    register();
    test.database.executeAsSuperuser("INSERT INTO t VALUES (5)");
    String third = test.commit("main", "third").commit().id();

    // then
    assertThat(List.of(rows(first), rows(work), rows(second), rows(third)))
        .containsExactly(1, 3, 2, 2);
    assertThat(differences(second, third)).containsExactlyInAnyOrder("DELETE 1", "INSERT 5");
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();

    // when
    test.server().tables().remove(test.repository(), "t", null, false, true, TestServer.caller());

    // then what commits had of it is gone, and said to be
    for (String commit : List.of(first, work, second, third)) {
      assertThatThrownBy(() -> rows(commit))
          .isInstanceOf(HistoryPrunedException.class)
          .hasMessageContaining("versioned no more");
    }
    assertThat(traces()).isEqualTo("0");
    assertThat(kept()).isEqualTo("0");
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
  }

  /** As the engine's tests have it, with rows, sessions and a merge. */
  @ParameterizedTest
  @ValueSource(strings = {"main", "work"})
  void aRemovalRidesInNoOtherBranchsCommit(String on) throws Exception {
    // given
    String other = on.equals("main") ? "work" : "main";
    test.database.execute("CREATE TABLE other (id int PRIMARY KEY)");
    test.register("other");
    test.commit("main", "with other");
    test.branch("work", "main");

    // when
    test.server().tables().remove(test.repository(), "t", on, false, false, TestServer.caller());
    test.database.execute("INSERT INTO other VALUES (1)");
    test.onBranch("work", "INSERT INTO other VALUES (2)");
    String untouched = test.commit(other, "rows").commit().id();
    String without = test.commit(on, "rows").commit().id();

    // then
    assertThat(tree(untouched)).containsExactlyInAnyOrder("t", "other");
    assertThat(tree(without)).containsExactly("other");

    // when
    test.merge(on, other);

    // then
    assertThat(tree(test.repository().state().branch(other).orElseThrow().head()))
        .containsExactly("other");
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
  }

  private Set<String> tree(String commit) {
    return test.repository().state().commits().byId().get(commit).tree().keySet();
  }

  @Test
  void whatIsKeptIsPurgedLater() {
    // given
    String first = test.repository().state().defaultBranch().head();
    remove(false);
    assertThatThrownBy(() -> remove(false)).isInstanceOf(RefusedException.class);

    // when
    test.server().tables().remove(test.repository(), "t", null, false, true, TestServer.caller());

    // then
    assertThat(kept()).isEqualTo("0");
    assertThatThrownBy(() -> rows(first)).isInstanceOf(HistoryPrunedException.class);
  }

  @Test
  void whatNoCommitReadsIsNotKept() {
    test.database.execute("CREATE TABLE new (id int PRIMARY KEY)");
    test.register("new");
    test.server()
        .tables()
        .remove(test.repository(), "new", null, false, false, TestServer.caller());
    assertThat(test.database.value("SELECT count(*) FROM epoch.archives")).isEqualTo("0");
  }

  @Test
  void keptRowsThatAreLostAreReported() {
    remove(false);
    test.database.execute("DELETE FROM epoch.archives");
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences())
        .singleElement()
        .satisfies(lost -> assertThat(lost.problem()).contains("not kept any more"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void workThatComesInBetweenStopsTheRemoval(boolean crash) {
    // given
    test.branch("work", "main");
    test.restart(point -> {
      if (point.equals("remove-table.prepared")) {
        try {
          test.onBranch("work", "INSERT INTO t VALUES (2)");
        } catch (SQLException e) {
          throw new IllegalStateException(e);
        }
        if (crash) {
          throw new IllegalStateException("as if the process had ended");
        }
      }
    });

    // when
    assertThatThrownBy(() -> remove(false))
        .isInstanceOf(crash ? IllegalStateException.class : RefusedException.class);
    test.restart(Failpoints.NONE);

    // then
    assertThat(test.repository().state().operations()).isEmpty();
    assertThat(rows(test.commit("work", "work").commit().id())).isEqualTo(2);
  }

  private void revoke(String point) {
    if (point.equals("remove-table.prepared")) {
      test.database.executeAsSuperuser("REVOKE TRIGGER ON t FROM " + test.database.owner());
    }
  }

  private void remove(boolean force) {
    test.server().tables().remove(test.repository(), "t", null, force, false, TestServer.caller());
  }

  private void register() {
    test.register("t");
  }

  private int rows(String commit) {
    RepositoryState state = test.repository().state();
    CommitState at = new References(state, state.defaultBranch()).commit(commit);
    try (var rows =
        test.server().reads().rows(Snapshot.of(state, at, commit), "t", RowQuery.all())) {
      int count = 0;
      for (; rows.hasNext(); rows.next()) {
        count++;
      }
      return count;
    }
  }

  private List<String> differences(String from, String to) {
    RepositoryState state = test.repository().state();
    References references = new References(state, state.defaultBranch());
    List<String> differences = new ArrayList<>();
    try (var changes =
        test.server()
            .diffs()
            .changes(
                Snapshot.of(state, references.commit(from), from),
                Snapshot.of(state, references.commit(to), to),
                "t",
                ChangeQuery.all())) {
      changes.forEachRemaining(change -> differences.add(change.kind() + " " + change.key()));
    }
    return differences;
  }

  private String kept() {
    return test.database.value(
        """
        SELECT count(*) FROM pg_class
        WHERE relnamespace = 'epoch'::regnamespace AND relname LIKE 't\\_\\_%'
        """);
  }

  private String traces() {
    return test.database.value(
        """
        SELECT (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'epoch%' AND tgrelid = 't'::regclass)
          + (SELECT count(*) FROM pg_trigger WHERE tgrelid::regclass::text LIKE 'epoch.t\\_\\_%')
          + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'epoch'::regnamespace
              AND (proname LIKE 't\\_\\_%' OR proname LIKE 'gone%'))
        """);
  }
}
