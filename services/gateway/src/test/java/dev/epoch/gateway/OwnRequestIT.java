package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.InDoubtException;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.storage.error.StorageUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A branch that is busy with the caller's own request: its outcome is in doubt, until it is known.
 */
class OwnRequestIT {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private enum Verb {
    COMMIT("commit-to-branch.prepared"),
    MERGE("merge-branch.prepared"),
    REMOVE("remove-table.prepared");

    private final String failpoint;

    Verb(String failpoint) {
      this.failpoint = failpoint;
    }
  }

  private final AtomicBoolean away = new AtomicBoolean();
  private TestServer test;

  @BeforeEach
  void start() throws Exception {
    test = new TestServer();
    for (String table : List.of("t", "u")) {
      test.database.execute(
          "CREATE TABLE " + table + " (id int PRIMARY KEY, a text)",
          "INSERT INTO " + table + " VALUES (1, 'a'), (2, 'b')");
    }
    test.register("t");
    test.register("u");
    test.commit("main", "first");
    test.branch("x", "main");
    test.onBranch("x", "UPDATE t SET a = 'x' WHERE id = 1");
    test.commit("x", "on x");
    test.database.execute("UPDATE t SET a = 'live' WHERE id = 2");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @ParameterizedTest
  @EnumSource(Verb.class)
  void isInDoubtAndNeverRefused(Verb verb) throws Exception {
    // given a database that goes away in the midst
    away.set(true);
    test.restart(name -> {
      if (away.get() && (name.equals(verb.failpoint) || name.equals("recovery.started"))) {
        throw new StorageUnavailableException("away", "Start it", null);
      }
    });

    // when, then
    assertThatThrownBy(() -> run(verb, "mine")).isInstanceOf(InDoubtException.class);
    String operation = test.repository().state().operations().keySet().iterator().next().toString();
    for (int again = 0; again < 2; again++) {
      assertThatThrownBy(() -> run(verb, "mine"))
          .isInstanceOf(InDoubtException.class)
          .hasMessageContaining(operation);
    }
    assertThatThrownBy(() -> run(verb, "another"))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.rejection().code()).isEqualTo(Code.BRANCH_BUSY));

    // when it is back
    away.set(false);
    Instant end = Instant.now().plus(LONGEST);
    while (!test.repository().state().operations().isEmpty() && Instant.now().isBefore(end)) {
      Thread.onSpinWait();
    }

    // then the same request has an answer: what was undone is done again with another key
    assertThat(test.repository().state().operations()).isEmpty();
    try {
      run(verb, "mine");
    } catch (RefusedException undone) {
      assertThat(undone.rejection().code()).isEqualTo(Code.OPERATION_FAILED);
      run(verb, "another");
    }
  }

  private void run(Verb verb, String key) {
    Caller caller = Caller.of(TestServer.ALICE, key, "digest of the request");
    switch (verb) {
      case COMMIT ->
          test.server()
              .commits()
              .commit(
                  test.repository(),
                  new CommitService.Request(
                      "main", "again", TestServer.ALICE, List.of(), true, null),
                  caller);
      case MERGE ->
          test.server()
              .merges()
              .merge(
                  test.repository(),
                  new MergeService.Request(
                      "main", "x", null, null, TestServer.ALICE, null, false, false, false, null),
                  caller);
      case REMOVE ->
          test.server().tables().remove(test.repository(), "u", null, true, false, caller);
    }
  }
}
