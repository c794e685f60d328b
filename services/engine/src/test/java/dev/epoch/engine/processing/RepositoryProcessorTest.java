package dev.epoch.engine.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.Refused;
import dev.epoch.engine.Scenario;
import dev.epoch.engine.TestRepository;
import dev.epoch.engine.TestRepository.Answer;
import dev.epoch.engine.state.Outcome;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CheckoutBranchV1;
import dev.epoch.events.command.CreateRepositoryV1;
import dev.epoch.events.command.DeleteRepositoryV1;
import dev.epoch.events.event.OperationAbortedV1;
import dev.epoch.events.event.RecoveryCompletedV1;
import dev.epoch.model.commit.CommitIds;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RepositoryProcessorTest {

  static Stream<Refused> refusals() {
    return Stream.of(
        new Refused(
            "create: a bad name",
            Scenario::empty,
            s -> {},
            s -> new CreateRepositoryV1("-shop", null, null),
            Code.INVALID_NAME,
            "-shop",
            null),
        new Refused(
            "create: a bad name of the default branch",
            Scenario::empty,
            s -> {},
            s -> new CreateRepositoryV1("shop", null, "a..b"),
            Code.INVALID_NAME,
            "a..b",
            null),
        new Refused(
            "create: it exists",
            Scenario::created,
            s -> {},
            s -> new CreateRepositoryV1("shop", null, null),
            Code.REPOSITORY_ALREADY_EXISTS,
            "'shop' already exists",
            null),
        new Refused(
            "anything else before it exists",
            Scenario::empty,
            s -> {},
            s -> new CheckoutBranchV1("main"),
            Code.REPOSITORY_NOT_FOUND,
            "'shop' not found",
            "epoch init shop"),
        new Refused(
            "anything else after its deletion",
            Scenario::created,
            s -> s.ok(new DeleteRepositoryV1("shop")),
            s -> new DeleteRepositoryV1("shop"),
            Code.REPOSITORY_NOT_FOUND,
            "'shop' not found",
            "epoch init shop"),
        Refused.of(
            "delete: tables are versioned",
            s -> s.table("orders"),
            s -> new DeleteRepositoryV1("shop"),
            Code.VALIDATION,
            "2 table(s)",
            "table remove"),
        Refused.of(
            "delete: an operation is in flight",
            s -> s.busy("main"),
            s -> new DeleteRepositoryV1("shop"),
            Code.BRANCH_BUSY,
            "in flight",
            "Try again"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refuses(Refused row) {
    row.verify();
  }

  @Test
  void historyBeginsWithAnEmptyRootCommit() {
    Scenario scenario = Scenario.empty();

    scenario.ok(new CreateRepositoryV1("shop", null, "trunk"));

    RepositoryState state = scenario.state();
    var root = state.head(state.defaultBranch());
    assertThat(state.defaultBranch().name()).isEqualTo("trunk");
    assertThat(root.root()).isTrue();
    assertThat(root.id())
        .isEqualTo(CommitIds.compute(List.of(), Map.of(), root.author(), "", root.time()).hex());
  }

  @Test
  void deletedRepositoryIsForgottenButForItsOutcomes() {
    // given
    Scenario scenario = Scenario.withTable().removeTable("users");
    TestRepository repository = scenario.repository();

    // when
    Answer deleted = repository.command(new DeleteRepositoryV1("shop"), TestRepository.ALICE, "k");
    Answer again = repository.command(new DeleteRepositoryV1("shop"), TestRepository.ALICE, "k");

    // then
    assertThat(repository.state().exists()).isFalse();
    assertThat(repository.state().name()).isEqualTo("shop");
    assertThat(repository.state().tables().byId()).isEmpty();
    assertThat(again.former()).contains(new Outcome.Done(Map.of("repository", "shop")));
    assertThat(deleted.former()).isEmpty();
  }

  @Test
  void deletedRepositoryCanBeCreatedAnew() {
    Scenario scenario = Scenario.created();
    String branch = scenario.branch("main").id();
    scenario.ok(new DeleteRepositoryV1("shop"));

    scenario.ok(new CreateRepositoryV1("shop", "Again", null));

    assertThat(scenario.branch("main").id()).isNotEqualTo(branch);
    assertThat(scenario.state().commits().byId()).hasSize(1);
  }

  @Test
  void busyBranchIsNoOutcome() {
    // given a commit is refused since another one is in flight
    Scenario scenario = Scenario.withTable();
    Answer first = scenario.busy("main");
    TestRepository repository = scenario.repository();
    Answer refused =
        repository.command(Scenario.committing("main", "users"), TestRepository.ALICE, "k");
    assertThat(refused.decision().rejection().orElseThrow().code()).isEqualTo(Code.BRANCH_BUSY);

    // when the other one is done, and the client tries again as it was told
    scenario.step(new Continuation.Abort(first.command(), "OPERATION_FAILED", "no"), first);
    Answer retried =
        repository.command(Scenario.committing("main", "users"), TestRepository.ALICE, "k");

    // then
    assertThat(retried.former()).isEmpty();
    assertThat(retried.decision().rejection()).isEmpty();
  }

  @Test
  void otherRefusalsAreOutcomes() {
    Scenario scenario = Scenario.created();
    TestRepository repository = scenario.repository();

    Rejection rejection =
        repository
            .command(new CheckoutBranchV1("dev"), TestRepository.ALICE, "k")
            .decision()
            .rejection()
            .orElseThrow();
    scenario.fork("dev", "main");

    assertThat(repository.command(new CheckoutBranchV1("dev"), TestRepository.ALICE, "k").former())
        .contains(new Outcome.Refused(rejection));
  }

  @Test
  void abortedOperationRefusesItsCommand() {
    Scenario scenario = Scenario.withTable();
    Answer prepared =
        scenario
            .repository()
            .command(Scenario.committing("main", "users"), TestRepository.ALICE, "k");

    Answer aborted =
        scenario.step(
            new Continuation.Abort(prepared.command(), "DISK_FULL", "no space"), prepared);

    assertThat(aborted.event(OperationAbortedV1.class).code()).isEqualTo("DISK_FULL");
    Rejection rejection = aborted.decision().rejection().orElseThrow();
    assertThat(rejection.code()).isEqualTo(Code.OPERATION_FAILED);
    assertThat(rejection.details()).containsEntry("cause", "DISK_FULL");
    assertThat(scenario.state().outcomes().of(prepared.key()))
        .contains(new Outcome.Refused(rejection));
    assertThat(scenario.branch("main").operation()).isNull();
  }

  @Test
  void abortOfWhatIsNotInFlightDoesNothing() {
    Scenario scenario = Scenario.withTable();
    RepositoryState before = scenario.state();

    scenario
        .repository()
        .step(
            new Continuation.Abort(new UUID(1, 1), "OPERATION_FAILED", "late"),
            Actor.RECOVERY,
            new UUID(1, 1),
            null);

    assertThat(scenario.state()).isSameAs(before);
  }

  @Test
  void recoveryIsRecorded() {
    Scenario scenario = Scenario.withTable();
    Answer any = scenario.busy("main");

    Answer recorded =
        scenario.step(
            new Continuation.RecordRecovery(
                any.command(),
                "rolled_back",
                TestRepository.ALICE,
                Map.of("users", "reverted"),
                "why"),
            any);

    assertThat(recorded.event(RecoveryCompletedV1.class).originalActor())
        .isEqualTo(TestRepository.ALICE);
  }
}
