package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.event.RecoveryCompletedV1;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.rebuild.RebuildService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.log.EventLog;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.RowQuery;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The process ends between any two steps of an operation; the next one finishes or undoes it, and a
 * retry is answered once.
 */
class RecoveryIT {
  private TestServer test;

  /** What a process cannot catch: its end. */
  static final class ProcessEnded extends Error {
    ProcessEnded(String failpoint) {
      super(failpoint, null, false, false);
    }
  }

  @BeforeEach
  void start() {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL)",
        "CREATE TABLE orders (id serial PRIMARY KEY, user_id int REFERENCES users, total numeric(10,2))",
        "INSERT INTO users (name) VALUES ('Alice'), ('Bob')",
        "INSERT INTO orders (user_id, total) VALUES (1, 10), (2, 20.50)");
    test.register("users");
    test.register("orders");
    test.commit("main", "Initial import");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepared", "applied.1", "completing", "completed"})
  void commitIsThereOnceOrNotAtAll(String step) {
    // given
    test.database.execute(
        "UPDATE users SET name = 'Bobby' WHERE id = 2", "DELETE FROM orders WHERE id = 1");
    Caller caller = Caller.of(TestServer.ALICE, "key-1");

    // when
    test.restart(endingAt("commit-to-branch." + step));
    assertThatThrownBy(() -> commit("main", "Change", caller)).isInstanceOf(ProcessEnded.class);
    test.database.execute("UPDATE users SET name = 'Alicia' WHERE id = 1");
    test.restart(Failpoints.NONE);

    // then
    RepositoryState state = test.repository().state();
    assertThat(state.operations()).isEmpty();
    boolean done = state.head(state.defaultBranch()).message().equals("Change");
    assertThat(done).isEqualTo(!step.equals("prepared"));
    assertThat(names("main~0"))
        .isEqualTo(done ? List.of("Alice", "Bobby") : List.of("Alice", "Bob"));
    assertThat(test.database.rows("SELECT name FROM users ORDER BY id"))
        .containsExactly(List.of("Alicia"), List.of("Bobby"));
    assertThat(recoveries()).hasSize(step.equals("completed") ? 0 : 1);

    // when it is asked again, with the key and without
    if (done) {
      assertThat(commit("main", "Change", caller).commit().id())
          .isEqualTo(state.defaultBranch().head());
    } else {
      assertThatThrownBy(() -> commit("main", "Change", caller))
          .isInstanceOf(RefusedException.class);
    }
    test.commit("main", "The rest");

    // then
    assertThat(names("main")).containsExactly("Alicia", "Bobby");
    assertThat(names("main~1"))
        .isEqualTo(done ? List.of("Alice", "Bobby") : List.of("Alice", "Bob"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepared", "applied.1", "completing", "completed"})
  void mergeIsThereOnceOrNotAtAll(String step) throws Exception {
    // given
    test.branch("feature/x", "main");
    onBranch(
        "UPDATE users SET name = 'Al' WHERE id = 1",
        "INSERT INTO orders (user_id, total) VALUES (1, 7)");
    test.commit("feature/x", "On feature");
    test.database.execute("UPDATE users SET name = 'Rob' WHERE id = 2");
    test.commit("main", "On main");

    // when
    test.restart(endingAt("merge-branch." + step));
    assertThatThrownBy(() -> test.merge("feature/x", "main")).isInstanceOf(ProcessEnded.class);
    test.restart(Failpoints.NONE);

    // then
    RepositoryState state = test.repository().state();
    boolean done = state.head(state.defaultBranch()).parents().size() == 2;
    assertThat(done).isEqualTo(!step.equals("prepared"));
    assertThat(state.operations()).isEmpty();
    assertThat(test.database.rows("SELECT name FROM users ORDER BY id"))
        .containsExactly(List.of(done ? "Al" : "Alice"), List.of("Rob"));
    assertThat(test.database.value("SELECT count(*) FROM orders")).isEqualTo(done ? "3" : "2");
    assertThat(test.server().workingSets().changes(state, state.defaultBranch())).isEmpty();

    // when
    MergeService.Merged again = test.merge("feature/x", "main");

    // then
    assertThat(again.upToDate()).isEqualTo(done);
    assertThat(names("main")).containsExactly("Al", "Rob");
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepared", "applied.1", "completing", "completed"})
  void rebaseGoesOnFromWhereItStood(String step) throws Exception {
    // given
    test.branch("feature/x", "main");
    onBranch("UPDATE users SET name = 'Al' WHERE id = 1");
    String own = test.commit("feature/x", "On feature").commit().id();
    test.database.execute("UPDATE users SET name = 'Rob' WHERE id = 2");
    String onto = test.commit("main", "On main").commit().id();

    // when
    test.restart(endingAt("replay-commits." + step));
    assertThatThrownBy(this::rebase).isInstanceOf(ProcessEnded.class);
    test.restart(Failpoints.NONE);

    // then
    RepositoryState state = test.repository().state();
    CommitState head = state.head(state.branch("feature/x").orElseThrow());
    boolean done = !step.equals("prepared");
    assertThat(state.operations()).isEmpty();
    if (done) {
      assertThat(head.parents()).containsExactly(onto);
      assertThat(names(head.id())).containsExactly("Al", "Rob");
      assertThat(state.branch("feature/x").orElseThrow().replay()).isNull();
    } else {
      assertThat(head.id()).isEqualTo(own);
      assertThat(names(head.id())).containsExactly("Al", "Bob");
      test.server()
          .merges()
          .continueMerge(
              test.repository(), "feature/x", null, TestServer.ALICE, TestServer.caller());
    }

    // then
    assertThat(rebase().upToDate()).isTrue();
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    assertThat(test.merge("feature/x", "main").fastForward()).isTrue();
    assertThat(names("main")).containsExactly("Al", "Rob");
  }

  private MergeService.Merged rebase() {
    return test.replay("feature/x", "rebase", "main");
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepared", "applied.1", "completing", "completed"})
  void registrationIsThereOnceOrNotAtAll(String step) {
    // given
    test.database.execute(
        "CREATE TABLE notes (id int PRIMARY KEY, text text)", "INSERT INTO notes VALUES (1, 'a')");

    // when
    test.restart(endingAt("register-table." + step));
    assertThatThrownBy(() -> test.register("notes")).isInstanceOf(ProcessEnded.class);
    test.restart(Failpoints.NONE);

    // then
    boolean done = test.repository().state().tables().named("notes").isPresent();
    assertThat(done).isEqualTo(step.equals("completed"));
    if (!done) {
      assertThat(
              test.database.value(
                  "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'notes'::regclass"))
          .isEqualTo("0");
      test.register("notes");
    }
    test.commit("main", "Notes");
    assertThat(test.repository().state().head(test.repository().state().defaultBranch()).tree())
        .containsKey("notes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepared", "applied.1", "completed"})
  void removalIsFinished(String step) {
    // when
    test.restart(endingAt("remove-table." + step));
    assertThatThrownBy(() ->
            test.server()
                .tables()
                .remove(test.repository(), "orders", null, false, false, TestServer.caller()))
        .isInstanceOf(ProcessEnded.class);
    test.restart(Failpoints.NONE);

    // then
    assertThat(test.repository().state().tables().named("orders")).isEmpty();
    assertThat(test.database.value("SELECT count(*) FROM orders")).isEqualTo("2");
    assertThat(
            test.database.value(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'orders'::regclass AND NOT tgisinternal"))
        .isEqualTo("0");
    assertThat(test.server().rebuilds().verify(test.repository()))
        .isEqualTo(new RebuildService.Report(2, List.of()));
  }

  static Failpoints endingAt(String failpoint) {
    AtomicBoolean reached = new AtomicBoolean();
    return name -> {
      if (name.equals(failpoint) && reached.compareAndSet(false, true)) {
        throw new ProcessEnded(failpoint);
      }
    };
  }

  private CommitService.Committed commit(String branch, String message, Caller caller) {
    return test.server()
        .commits()
        .commit(
            test.repository(),
            new CommitService.Request(branch, message, TestServer.ALICE, List.of(), false, null),
            caller);
  }

  private void onBranch(String... statements) throws Exception {
    test.onBranch("feature/x", statements);
  }

  private List<String> names(String ref) {
    RepositoryState state = test.repository().state();
    Snapshot snapshot =
        Snapshot.of(state, new References(state, state.defaultBranch()).commit(ref), ref);
    List<Row> rows = new ArrayList<>();
    try (RowStream<Row> stream = test.server().reads().rows(snapshot, "users", RowQuery.all())) {
      stream.forEachRemaining(rows::add);
    }
    rows.sort(Comparator.comparing(row -> Integer.valueOf(row.get(0))));
    return rows.stream().map(row -> row.get(1)).toList();
  }

  private List<RecoveryCompletedV1> recoveries() {
    RecordCodec codec = new RecordCodec();
    return test
        .server()
        .log()
        .read(EventLog.ALL, 0)
        .collect()
        .asList()
        .await()
        .indefinitely()
        .stream()
        .filter(record -> record.envelope().type().equals("recovery-completed"))
        .map(record ->
            (RecoveryCompletedV1) codec.decode("recovery-completed", 1, record.envelope().data()))
        .toList();
  }
}
