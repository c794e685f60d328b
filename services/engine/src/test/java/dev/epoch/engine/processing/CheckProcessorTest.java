package dev.epoch.engine.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.Refused;
import dev.epoch.engine.Scenario;
import dev.epoch.engine.TestRepository.Answer;
import dev.epoch.engine.state.CheckState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AddCheckV1;
import dev.epoch.events.command.RemoveCheckV1;
import dev.epoch.events.command.SetCommitStatusV1;
import dev.epoch.events.event.CommitStatusSetV1;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CheckProcessorTest {

  private static AddCheckV1 check(String name, List<String> branches, String... on) {
    return new AddCheckV1(name, "SELECT 1", List.of("user*"), branches, List.of(on));
  }

  static Stream<Refused> refusals() {
    return Stream.of(
        Refused.of(
            "the name is taken",
            s -> s.ok(check("c", List.of(), "commit")),
            s -> check("c", List.of(), "merge"),
            Code.CHECK_ALREADY_EXISTS,
            "already exists",
            "remove it first"),
        Refused.of(
            "an unknown kind",
            s -> {},
            s -> check("c", List.of(), "push"),
            Code.VALIDATION,
            "cannot run on [push]",
            "promotion"),
        Refused.of(
            "no query",
            s -> {},
            s -> new AddCheckV1("c", " ", List.of(), List.of(), List.of("commit")),
            Code.VALIDATION,
            "needs a query",
            null),
        Refused.of(
            "a plan",
            s -> {},
            s ->
                new AddCheckV1(
                    "c", " explain SELECT 1", List.of(), List.of(), List.of("commit")),
            Code.VALIDATION,
            "EXPLAIN is no check",
            "Leave out"),
        Refused.of(
            "remove: none of the name",
            s -> {},
            s -> new RemoveCheckV1("c"),
            Code.CHECK_NOT_FOUND,
            "no check 'c'",
            "epoch check list"),
        Refused.of(
            "a status of a commit that is not there",
            s -> {},
            s -> new SetCommitStatusV1("00", "ci", "success", null, null),
            Code.COMMIT_NOT_FOUND,
            "00",
            null),
        Refused.of(
            "a status of an unknown kind",
            s -> {},
            s -> new SetCommitStatusV1(s.head("main"), "ci", "green", null, null),
            Code.VALIDATION,
            "'green'",
            "success"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void isRefused(Refused refused) {
    refused.verify();
  }

  @Test
  void aCheckIsThereUntilItIsRemoved() {
    // given
    Scenario scenario = Scenario.withTable();

    // when
    scenario.ok(check("no orphans", List.of("main", "release/*"), "commit", "merge"));

    // then
    CheckState check = scenario.state().profile().checks().get("no orphans");
    assertThat(check.runs("main", "commit")).isTrue();
    assertThat(check.runs("release/1", "merge")).isTrue();
    assertThat(check.runs("dev", "merge")).isFalse();
    assertThat(check.runs("main", "promotion")).isFalse();
    assertThat(check.watches("users")).isTrue();
    assertThat(check.watches("orders")).isFalse();

    // when
    scenario.ok(new RemoveCheckV1("no orphans"));

    // then
    assertThat(scenario.state().profile().checks()).isEmpty();
  }

  @Test
  void aStatusIsAnEventAndNoState() {
    // given
    Scenario scenario = Scenario.withTable();

    // when
    Answer answer =
        scenario.ok(new SetCommitStatusV1(scenario.head("main"), "ci", "failure", "3 rows", null));

    // then
    assertThat(answer.decision().events())
        .containsExactly(
            new CommitStatusSetV1(scenario.head("main"), "ci", "failure", "3 rows", null));
  }
}
