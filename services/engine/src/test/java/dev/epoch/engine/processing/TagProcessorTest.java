package dev.epoch.engine.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.Refused;
import dev.epoch.engine.Scenario;
import dev.epoch.engine.TestRepository;
import dev.epoch.engine.TestRepository.Answer;
import dev.epoch.engine.state.TagState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CreateBranchV1;
import dev.epoch.events.command.CreateTagV1;
import dev.epoch.events.command.DeleteTagV1;
import dev.epoch.events.command.RenameBranchV1;
import dev.epoch.events.event.TagCreatedV1;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TagProcessorTest {

  private static CreateTagV1 tag(Scenario scenario, String name) {
    return new CreateTagV1(name, scenario.head("main"), "main", "Release", false);
  }

  static Stream<Refused> refusals() {
    return Stream.of(
        Refused.of(
            "create: a branch has the name",
            s -> s.fork("dev", "main"),
            s -> tag(s, "dev"),
            Code.TAG_ALREADY_EXISTS,
            "A branch is called 'dev'",
            "Choose another name"),
        Refused.of(
            "create: the name is taken",
            s -> s.ok(tag(s, "v1")),
            s -> tag(s, "v1"),
            Code.TAG_ALREADY_EXISTS,
            "Tag 'v1' already exists",
            "by force"),
        Refused.of(
            "create: a bad name",
            s -> {},
            s -> tag(s, "v 1"),
            Code.INVALID_NAME,
            "is not a valid tag name",
            null),
        Refused.of(
            "create: no such commit",
            s -> {},
            s -> new CreateTagV1("v1", "f".repeat(64), null, null, false),
            Code.COMMIT_NOT_FOUND,
            "not found",
            null),
        Refused.of(
            "delete: no such tag",
            s -> {},
            s -> new DeleteTagV1("v1"),
            Code.TAG_NOT_FOUND,
            "Tag 'v1' not found",
            null),
        Refused.of(
            "branch: a tag has the name",
            s -> s.ok(tag(s, "v1")),
            s -> new CreateBranchV1("v1", s.head("main"), "main", false),
            Code.BRANCH_ALREADY_EXISTS,
            "A tag is called 'v1'",
            "delete the tag"),
        Refused.of(
            "rename: a tag has the new name",
            s -> {
              s.fork("dev", "main");
              s.ok(tag(s, "v1"));
            },
            s -> new RenameBranchV1("dev", "v1"),
            Code.BRANCH_ALREADY_EXISTS,
            "A tag is called 'v1'",
            "delete the tag"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void isRefused(Refused refused) {
    refused.verify();
  }

  @Test
  void beforeTheFirstCommitThereIsNothingToTag() {
    Scenario scenario = Scenario.created();

    assertThat(scenario.refused(tag(scenario, "v1")).code()).isEqualTo(Code.COMMIT_NOT_FOUND);
  }

  @Test
  void aTagStaysWhereItIsUntilItIsMovedOrDeleted() {
    Scenario scenario = Scenario.withTable();
    String first = scenario.head("main");

    scenario.ok(tag(scenario, "v1"));
    scenario.commit("main", "users");

    TagState tag = scenario.state().tags().named("v1").orElseThrow();
    assertThat(tag.commit()).isEqualTo(first);
    assertThat(tag.message()).isEqualTo("Release");
    assertThat(tag.author()).isEqualTo(TestRepository.ALICE);

    Answer moved = scenario.ok(new CreateTagV1("v1", scenario.head("main"), null, null, true));

    assertThat(moved.event(TagCreatedV1.class).former()).isEqualTo(first);
    assertThat(scenario.state().tags().named("v1").orElseThrow().commit())
        .isEqualTo(scenario.head("main"));

    scenario.ok(new DeleteTagV1("v1"));

    assertThat(scenario.state().tags().byName()).isEmpty();
  }
}
