package dev.epoch.engine.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.Refused;
import dev.epoch.engine.Scenario;
import dev.epoch.engine.TestRepository;
import dev.epoch.engine.TestRepository.Answer;
import dev.epoch.engine.state.BranchState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CheckoutBranchV1;
import dev.epoch.events.command.CreateBranchV1;
import dev.epoch.events.command.DeleteBranchV1;
import dev.epoch.events.command.RenameBranchV1;
import dev.epoch.events.event.BranchCheckedOutV1;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.events.table.RowsLocation;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BranchProcessorTest {

  static Stream<Refused> refusals() {
    return Stream.of(
        Refused.of(
            "create: the name is taken",
            s -> s.fork("dev", "main"),
            s -> new CreateBranchV1("dev", s.head("main"), "main", false),
            Code.BRANCH_ALREADY_EXISTS,
            "Branch 'dev' already exists",
            null),
        Refused.of(
            "create: no such commit",
            s -> {},
            s -> new CreateBranchV1("dev", "f".repeat(64), "nowhere", false),
            Code.COMMIT_NOT_FOUND,
            "not found",
            null),
        Refused.of(
            "create: no commit",
            s -> {},
            s -> new CreateBranchV1("dev", null, null, false),
            Code.COMMIT_NOT_FOUND,
            "not found",
            null),
        Refused.of(
            "create: shares sequences where the branch before it has its own",
            s -> s.ok(new CreateBranchV1("own", s.head("main"), "main", false, null, true, null)),
            s -> new CreateBranchV1("dev", s.head("main"), "own", false, null, false, null),
            Code.VALIDATION,
            "Branch 'own' has sequences of its own",
            "Leave own_sequences out"),
        Refused.of(
            "rename: no such branch",
            s -> {},
            s -> new RenameBranchV1("dev", "other"),
            Code.BRANCH_NOT_FOUND,
            "Branch 'dev' not found",
            null),
        Refused.of(
            "rename: no branch",
            s -> {},
            s -> new RenameBranchV1(null, "other"),
            Code.BRANCH_NOT_FOUND,
            "not found",
            null),
        Refused.of(
            "rename: the new name is taken",
            s -> s.fork("dev", "main"),
            s -> new RenameBranchV1("dev", "main"),
            Code.BRANCH_ALREADY_EXISTS,
            "Branch 'main' already exists",
            null),
        Refused.of(
            "rename: a bad name",
            s -> {},
            s -> new RenameBranchV1("main", "a b"),
            Code.INVALID_NAME,
            "a b",
            null),
        Refused.of(
            "check out: no such branch",
            s -> {},
            s -> new CheckoutBranchV1("dev"),
            Code.BRANCH_NOT_FOUND,
            "Branch 'dev' not found",
            null),
        Refused.of(
            "delete: no such branch",
            s -> {},
            s -> new DeleteBranchV1("dev", true, false),
            Code.BRANCH_NOT_FOUND,
            "Branch 'dev' not found",
            null),
        Refused.of(
            "delete: the default branch, forced or not",
            s -> s.fork("dev", "main"),
            s -> new DeleteBranchV1("main", true, false),
            Code.BRANCH_IN_USE,
            "default branch",
            "live tables"),
        Refused.of(
            "delete: the current branch",
            s -> s.ok(new CreateBranchV1("dev", s.head("main"), "main", true)),
            s -> new DeleteBranchV1("dev", true, false),
            Code.BRANCH_IN_USE,
            "your current branch",
            "checkout another"),
        Refused.of(
            "delete: an operation is in flight",
            s -> s.fork("dev", "main").busy("dev"),
            s -> new DeleteBranchV1("dev", true, false),
            Code.BRANCH_BUSY,
            "in flight",
            "Try again"),
        Refused.of(
            "delete: uncommitted changes",
            s -> s.fork("dev", "main"),
            s -> new DeleteBranchV1("dev", false, true),
            Code.BRANCH_NOT_MERGED,
            "uncommitted changes",
            "--force"),
        Refused.of(
            "delete: not merged",
            s -> s.fork("dev", "main").commit("dev", "users"),
            s -> new DeleteBranchV1("dev", false, false),
            Code.BRANCH_NOT_MERGED,
            "not fully merged",
            "--force"),
        Refused.of(
            "delete: a merge waits on it",
            s -> {
              s.diverged().fork("keep", "dev");
              s.step(
                  s.opening("dev", "main", 1, null), s.ok(s.merging("dev", "main", "three_way")));
            },
            s -> new DeleteBranchV1("dev", false, false),
            Code.MERGE_IN_PROGRESS,
            "not finished",
            "--abort"),
        Refused.of(
            "delete: its merge into another branch waits",
            s -> s.diverged().fork("keep", "dev").openMerge(1),
            s -> new DeleteBranchV1("dev", false, false),
            Code.BRANCH_IN_USE,
            "its merge into 'main' is not finished",
            "--abort"),
        Refused.of(
            "delete: a branch made from it stands on its commits",
            s -> s.fork("dev", "main").commits("dev").fork("next", "dev").commits("next"),
            s -> new DeleteBranchV1("dev", false, false),
            Code.BRANCH_IN_USE,
            "'next' was made from it and stands on commits of it",
            "delete 'next' first"),
        Refused.of(
            "delete: branches of branches stand on its commits",
            s -> {
              s.fork("dev", "main").commits("dev").fork("next", "dev").commits("next");
              s.fork("last", "next").ok(new DeleteBranchV1("next", true, false));
              s.ok(new CreateBranchV1("back", s.head("dev"), "dev~0", false));
            },
            s -> new DeleteBranchV1("dev", false, false),
            Code.BRANCH_IN_USE,
            "'back', 'last' were made from it and stand on",
            "--force"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refuses(Refused row) {
    row.verify();
  }

  /** The rules of git-check-ref-format, and what else could be mistaken for something. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-a",
        ".a",
        "a/.b",
        "a..b",
        "a.",
        "a/",
        "/a",
        "a//b",
        "a.lock",
        "a.lock/b",
        "a b",
        "a~b",
        "a^b",
        "a:b",
        "a?b",
        "a*b",
        "a[b",
        "a\\b",
        "a\u0001",
        "a\u007f",
        "@",
        "a@{b",
        "HEAD",
        "0123456789012345678901234567890123456789"
      })
  void refusesNamesThatGitRefuses(String name) {
    Refused.of(
            "bad name",
            s -> {},
            s -> new CreateBranchV1(name, s.head("main"), "main", false),
            Code.INVALID_NAME,
            name.isEmpty() ? "" : "branch",
            null)
        .verify();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "feature/x", "a-b_c.d", "żółw", "a@b", "main2", "UPPER", "1"})
  void takesNamesThatGitTakes(String name) {
    Scenario scenario = Scenario.created();

    scenario.ok(new CreateBranchV1(name, scenario.head("main"), "main", false));

    assertThat(scenario.state().branch(name)).isPresent();
  }

  @Test
  void createsAtTheCommitAndLeavesTheActorWhereHeWas() {
    Scenario scenario = Scenario.withTable();

    Answer answer = scenario.ok(new CreateBranchV1("dev", scenario.head("main"), "main", false));

    assertThat(answer.decision().events()).hasOnlyElementsOfType(BranchCreatedV1.class).hasSize(1);
    assertThat(scenario.head("dev")).isEqualTo(scenario.head("main"));
    assertThat(scenario.state().currentBranch("alice").name()).isEqualTo("main");
  }

  @Test
  void createsThenChecksOut() {
    Scenario scenario = Scenario.withTable();

    Answer answer =
        scenario
            .repository()
            .command(
                new CreateBranchV1("dev", scenario.head("main"), "main", true),
                TestRepository.BOB,
                "k");

    assertThat(answer.decision().events())
        .extracting(Object::getClass)
        .containsExactly((Class) BranchCreatedV1.class, BranchCheckedOutV1.class);
    assertThat(scenario.state().currentBranch("bob").name()).isEqualTo("dev");
    assertThat(scenario.state().currentBranch("alice").name()).isEqualTo("main");
    assertThat(scenario.state().outcomes().of(answer.key()).orElseThrow().toString())
        .contains("branch=dev");
  }

  @Test
  void sequencesOfItsOwnAreAskedForAndGoToBranchesMadeFromTheBranch() {
    Scenario scenario = Scenario.withTable().fork("shared", "main");
    String head = scenario.head("main");
    scenario.ok(new CreateBranchV1("own", head, "main", false, null, true, null));
    scenario.ok(new CreateBranchV1("child", head, "own~1", false, null, null, null));
    scenario.ok(new CreateBranchV1("again", head, "own", false, null, true, null));
    scenario.ok(new CreateBranchV1("sharing", head, "main", false, null, false, null));

    assertThat(
            scenario.state().branches().byId().values().stream()
                .filter(branch -> branch.traits().ownSequences())
                .map(BranchState::name))
        .containsExactlyInAnyOrder("own", "child", "again");
  }

  @Test
  void branchOfABranchFindsTheRowsWhereThatOneKeepsThem() {
    // given a fast-forward after which main keeps the rows elsewhere than the commit says
    Scenario scenario = Scenario.withTable();
    scenario.fork("dev", "main").commit("dev", "users");
    String users = scenario.state().tables().named("users").orElseThrow().id();
    Answer started = scenario.ok(scenario.merging("main", "dev", "three_way"));
    Answer prepared =
        scenario.step(
            new dev.epoch.engine.Continuation.PrepareMerge(
                started.command(),
                scenario.branch("main").id(),
                scenario.head("main"),
                scenario.mergePlan("dev", null, true)),
            started);
    RowsLocation live = RowsLocation.live(99);
    scenario.step(
        new dev.epoch.engine.Continuation.CompleteMerge(
            prepared.command(), java.util.List.of(), java.util.List.of(), Map.of(users, live)),
        prepared);

    // when
    scenario.fork("next", "main");
    scenario.ok(new CreateBranchV1("plain", scenario.head("main"), null, false));

    // then
    assertThat(scenario.branch("next").locations()).isEqualTo(Map.of(users, live));
    assertThat(scenario.branch("plain").locations()).isEmpty();
  }

  @Test
  void renamesAndKeepsTheRest() {
    Scenario scenario = Scenario.withTable().fork("dev", "main");
    String id = scenario.branch("dev").id();

    Answer answer = scenario.ok(new RenameBranchV1("dev", "feature/x"));

    assertThat(answer.decision().events())
        .containsExactly(new BranchRenamedV1(id, "dev", "feature/x"));
    assertThat(scenario.state().branch("dev")).isEmpty();
    assertThat(scenario.branch("feature/x").id()).isEqualTo(id);
  }

  @Test
  void deletesWhatAnotherBranchHolds() {
    // given a branch whose commits another one has that was not made from it
    Scenario scenario = Scenario.withTable();
    scenario.fork("dev", "main").commits("dev").fork("next", "dev").commits("next");
    scenario.ok(new CreateBranchV1("release", scenario.head("dev"), null, false));

    Answer answer = scenario.ok(new DeleteBranchV1("dev", false, false));

    assertThat(answer.event(BranchDeletedV1.class).name()).isEqualTo("dev");
    assertThat(scenario.state().branch("dev")).isEmpty();
  }

  @Test
  void deletesByForceWhatOthersWereMadeFrom() {
    Scenario scenario = Scenario.withTable();
    scenario.fork("dev", "main").commits("dev").fork("next", "dev").commits("next");

    scenario.ok(new DeleteBranchV1("dev", true, false));

    assertThat(scenario.state().branches().origins().get(scenario.branch("next").id()))
        .isEqualTo(scenario.branch("main").id());
  }

  @Test
  void deletesWhatOthersWereMadeFromWithoutCommitsOfItsOwn() {
    Scenario scenario = Scenario.withTable();
    scenario.fork("dev", "main").fork("next", "dev").commit("next", "users");

    scenario.ok(new DeleteBranchV1("dev", false, false));

    assertThat(scenario.state().branch("next")).isPresent();
  }

  @Test
  void deletesByForceWhatIsNowhereElse() {
    Scenario scenario = Scenario.withTable();
    scenario.fork("dev", "main").commit("dev", "users");
    String head = scenario.head("dev");

    scenario.ok(new DeleteBranchV1("dev", true, true));

    assertThat(scenario.state().commits().of(head)).as("its commits stay").isPresent();
  }

  @Test
  void whoWorkedOnADeletedBranchWorksOnTheDefaultBranch() {
    Scenario scenario = Scenario.withTable().fork("dev", "main");
    scenario.repository().command(new CheckoutBranchV1("dev"), TestRepository.BOB, null);

    scenario.ok(new DeleteBranchV1("dev", false, false));

    assertThat(scenario.state().currentBranch("bob").name()).isEqualTo("main");
  }
}
