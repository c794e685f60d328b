package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.branch.ResetService;
import dev.epoch.gateway.record.StashService.Stash;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.References;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Resets and stashes that are sent again, after the process ended in them and after their answer.
 */
class ResetRecoveryIT {
  private TestServer test;

  @BeforeEach
  void start() throws Exception {
    test = new TestServer();
    test.database.execute("CREATE TABLE items (id int PRIMARY KEY)");
    test.register("items");
    test.commit("main", "first");
    test.branch("dev", "main");
    for (int i = 1; i <= 3; i++) {
      test.onBranch("dev", "INSERT INTO items VALUES (" + i + ")");
      test.commit("dev", "commit " + i);
    }
    test.onBranch("dev", "INSERT INTO items VALUES (4)");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "commit-to-branch.prepared",
        "commit-to-branch.completed",
        "move-branch.prepared",
        "move-branch.completing",
        "move-branch.completed"
      })
  void resetGoesOnFromWhereItStood(String step) {
    String head = head();
    String target = new References(test.repository().state(), null).commit("dev~1").id();
    test.restart(RecoveryIT.endingAt(step));
    assertThatThrownBy(() -> reset(again())).isInstanceOf(RecoveryIT.ProcessEnded.class);
    test.restart(Failpoints.NONE);

    ResetService.Moved moved = reset(again());

    assertThat(moved.head().id()).isEqualTo(target).isEqualTo(head());
    assertThat(moved.former()).isEqualTo(head);
    assertThat(test.repository().state().commits().firstParent(moved.saved())).isEqualTo(head);
    assertThat(reset(again()).saved()).isEqualTo(moved.saved());
    assertThat(head()).isEqualTo(target);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "commit-to-branch.prepared",
        "commit-to-branch.completed",
        "move-branch.prepared",
        "move-branch.completed"
      })
  void stashIsThereOnce(String step) {
    String head = head();
    test.restart(RecoveryIT.endingAt(step));
    assertThatThrownBy(() -> push(again())).isInstanceOf(RecoveryIT.ProcessEnded.class);
    test.restart(Failpoints.NONE);

    Stash stash = push(again());

    assertThat(head()).isEqualTo(head);
    assertThat(stashes()).containsExactly(stash);
    test.server().stashes().pop(test.repository(), "dev", 0, TestServer.caller());
    assertThat(pending()).containsExactly("items");
    assertThat(push(again()).commit()).isEqualTo(stash.commit());
    assertThat(stashes()).isEmpty();
    assertThat(pending()).containsExactly("items");
  }

  @ParameterizedTest
  @CsvSource({
    "commit-to-branch.prepared, commit-to-branch.completed",
    "move-branch.prepared, move-branch.completing"
  })
  void stashIsThereOnceHoweverOftenTheProcessEnds(String first, String second) {
    String head = head();
    for (String step : List.of(first, second)) {
      test.restart(RecoveryIT.endingAt(step));
      assertThatThrownBy(() -> push(again())).isInstanceOf(RecoveryIT.ProcessEnded.class);
    }
    test.restart(Failpoints.NONE);

    Stash stash = push(again());

    assertThat(head()).isEqualTo(head);
    assertThat(stashes()).containsExactly(stash);
    test.server().stashes().pop(test.repository(), "dev", 0, TestServer.caller());
    assertThat(pending()).containsExactly("items");
  }

  @Test
  void softResetMakesItsChangesOnce() {
    test.server().softResets().soft(test.repository(), "dev", "HEAD~1", null, again());
    assertThat(pending()).containsExactly("items");
    test.server().resets().hard(test.repository(), "dev", "HEAD", null, TestServer.caller());
    assertThat(pending()).isEmpty();

    test.server().softResets().soft(test.repository(), "dev", "HEAD~1", null, again());

    assertThat(pending()).isEmpty();
  }

  /** A repetition of the request, under its key. */
  private static Caller again() {
    return Caller.of(TestServer.ALICE, "key");
  }

  private ResetService.Moved reset(Caller caller) {
    return test.server().resets().hard(test.repository(), "dev", "HEAD~1", null, caller);
  }

  private Stash push(Caller caller) {
    return test.server().stashes().push(test.repository(), "dev", null, caller);
  }

  private List<Stash> stashes() {
    var state = test.repository().state();
    return test.server().stashes().list(state, References.branch(state, "dev"));
  }

  private String head() {
    return References.branch(test.repository().state(), "dev").head();
  }

  private List<String> pending() {
    var state = test.repository().state();
    return List.copyOf(
        test.server().workingSets().pending(state, References.branch(state, "dev")).keySet());
  }
}
