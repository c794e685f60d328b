package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.copy.TableCopyService;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.storage.error.StorageException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A copy of a table is there and registered, or nothing of it is. */
class CopyRecoveryIT {
  private TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE notes (id int PRIMARY KEY, text text)",
        "INSERT INTO notes SELECT i, 'n' || i FROM generate_series(1, 2500) i");
    test.register("notes");
    test.commit("main", "Notes");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  private void copy() {
    RepositoryState state = test.repository().state();
    test.server()
        .tableCopies()
        .copy(
            test.repository(),
            new TableCopyService.Request(
                "notes",
                state.head(state.defaultBranch()),
                "main",
                state.tables().named("notes").orElseThrow().storage(),
                "notes_copy",
                null),
            TestServer.caller());
  }

  private boolean isRegistered() {
    return test.repository().state().tables().named("notes_copy").isPresent();
  }

  private boolean isThere() {
    return test.database.value("SELECT to_regclass('notes_copy') IS NOT NULL").equals("t");
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepared", "made", "applied.1", "completing", "completed"})
  void aProcessThatEndsLeavesAllOrNothing(String step) {
    // when
    test.restart(RecoveryIT.endingAt("register-table." + step));
    assertThatThrownBy(this::copy).isInstanceOf(RecoveryIT.ProcessEnded.class);
    assertThat(isThere()).isEqualTo(!step.equals("prepared"));
    test.restart(Failpoints.NONE);

    // then
    assertThat(isRegistered()).isEqualTo(step.equals("completed"));
    assertThat(isThere()).isEqualTo(step.equals("completed"));
    if (!isRegistered()) {
      copy();
    }
    test.commit("main", "Copied");
    assertThat(
            test.repository()
                .state()
                .head(test.repository().state().defaultBranch())
                .tree()
                .get("notes_copy")
                .contentHash())
        .isEqualTo(
            test.repository()
                .state()
                .head(test.repository().state().defaultBranch())
                .tree()
                .get("notes")
                .contentHash());
  }

  @Test
  void aTableThatIsThereIsNotTouched() {
    test.database.execute("CREATE TABLE notes_copy (id int PRIMARY KEY)");

    assertThatThrownBy(this::copy).isInstanceOf(StorageException.class);

    assertThat(isThere()).isTrue();
    assertThat(isRegistered()).isFalse();
    assertThat(test.repository().state().operations()).isEmpty();
  }
}
