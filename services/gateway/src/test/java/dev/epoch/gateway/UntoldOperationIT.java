package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.ScriptedLog.Fate;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.memory.MemoryChunkStore;
import dev.epoch.log.memory.MemorySnapshotStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The log stores that an operation begins, and goes away before it says so: nobody works on the
 * operation, which holds its branch. It is settled without a restart.
 */
@Timeout(60)
class UntoldOperationIT {
  private ScriptedLog log;
  private TestServer test;

  @BeforeEach
  void start() {
    log = new ScriptedLog();
    test = new TestServer(log, new MemoryChunkStore(), new MemorySnapshotStore());
    test.database.execute(
        "CREATE TABLE users (id int PRIMARY KEY, name text)",
        "INSERT INTO users VALUES (1, 'Alice'), (2, 'Bob')");
    test.register("users");
    test.commit("main", "Initial import");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  private void awaitSettled() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (log.storesLater()
        || test.repository().position() < log.stored("repository/shop").getLast().position()
        || !test.repository().state().operations().isEmpty()) {
      assertThat(System.nanoTime()).as("settled in time").isLessThan(end);
      LockSupport.parkNanos(10_000_000);
    }
  }

  private CommitService.Committed commit(Caller caller) {
    return test.server()
        .commits()
        .commit(
            test.repository(),
            new CommitService.Request("main", "Change", TestServer.ALICE, List.of(), false, null),
            caller);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void commitIsUndoneAndTheBranchIsFree(int failingReads) {
    log.nextIsNeverAnswered(Fate.STORED_UNANSWERED);
    commitIsUndone(failingReads);
  }

  @Test
  void aRefusalOfTheRepetitionSaysNothingOfTheFirst() {
    log.next(Fate.STORED_UNANSWERED);
    for (int again = 0; again < 4; again++) {
      log.next(Fate.UNAVAILABLE);
    }
    commitIsUndone(0);
  }

  @Test
  void whatIsStoredAfterTheFirstLookIsFoundByALaterOne() {
    log.nextIsNeverAnswered(Fate.STORED_LATE_UNANSWERED);
    commitIsUndone(0);
  }

  private void commitIsUndone(int failingReads) {
    // given
    test.database.execute("UPDATE users SET name = 'Bobby' WHERE id = 2");
    log.failReads(failingReads);

    // when
    assertThatThrownBy(() -> commit(Caller.of(TestServer.ALICE, "key-1")))
        .isInstanceOf(AppendOutcomeUnknownException.class);
    awaitSettled();

    // then
    assertThatThrownBy(() -> commit(Caller.of(TestServer.ALICE, "key-1")))
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.rejection().code()).isEqualTo(Code.OPERATION_FAILED));
    assertThat(commit(Caller.of(TestServer.ALICE, "key-2")).commit().message()).isEqualTo("Change");
    assertThat(test.database.value("SELECT name FROM users WHERE id = 2")).isEqualTo("Bobby");
    assertThat(
            test.server()
                .workingSets()
                .changes(test.repository().state(), test.repository().state().defaultBranch()))
        .isEmpty();
  }

  @Test
  void registrationIsUndone() {
    // given
    test.database.execute("CREATE TABLE notes (id int PRIMARY KEY)");
    log.nextIsNeverAnswered(Fate.STORED_UNANSWERED);

    // when
    assertThatThrownBy(() -> test.register("notes"))
        .isInstanceOf(AppendOutcomeUnknownException.class);
    awaitSettled();

    // then
    test.register("notes");
    assertThat(test.repository().state().tables().named("notes")).isPresent();
  }
}
