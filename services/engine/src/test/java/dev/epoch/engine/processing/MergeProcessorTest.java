package dev.epoch.engine.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.Refused;
import dev.epoch.engine.Scenario;
import dev.epoch.engine.TestRepository;
import dev.epoch.engine.TestRepository.Answer;
import dev.epoch.engine.state.MergeState;
import dev.epoch.engine.state.Outcome;
import dev.epoch.events.Actor;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AbortMergeV1;
import dev.epoch.events.command.ContinueMergeV1;
import dev.epoch.events.command.RemoveTableV1;
import dev.epoch.events.command.ResetBranchV1;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.event.MergeOpenedV1;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.schema.SchemaHash;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MergeProcessorTest {

  @ParameterizedTest
  @MethodSource("dev.epoch.engine.processing.MergeRefusals#all")
  void refuses(Refused row) {
    row.verify();
  }

  @Test
  void nothingToMergeIsUpToDate() {
    Scenario scenario = Scenario.withTable().fork("dev", "main");
    scenario.commit("main", "users");

    Answer answer =
        scenario
            .repository()
            .command(scenario.merging("main", "dev", "fast_forward"), TestRepository.BOB, "k");

    assertThat(answer.event(CommandCompletedV1.class).facts())
        .containsEntry("up_to_date", "true")
        .containsEntry("commit", scenario.head("main"));
    assertThat(scenario.state().outcomes().of(answer.key())).containsInstanceOf(Outcome.Done.class);
  }

  @Test
  void strategyMayBeLeftOut() {
    Scenario scenario = Scenario.withTable().diverged();

    assertThat(scenario.ok(scenario.merging("main", "dev", null)).decision().events()).isEmpty();
  }

  @Test
  void fastForwardMovesTheHeadAndMakesNoCommit() {
    Scenario scenario = Scenario.withTable().fork("dev", "main");
    scenario.commit("dev", "users");
    String users = scenario.state().tables().named("users").orElseThrow().id();

    Answer started = scenario.ok(scenario.merging("main", "dev", "fast_forward"));
    Answer prepared = MergeRefusals.prepare(scenario, started, null, true);
    Answer done =
        scenario.step(
            new Continuation.CompleteMerge(
                prepared.command(), List.of(), List.of(), Map.of(users, RowsLocation.live(9))),
            prepared);

    assertThat(done.event(BranchMovedV1.class).to()).isEqualTo(scenario.head("dev"));
    assertThat(scenario.head("main")).isEqualTo(scenario.head("dev"));
    assertThat(
            scenario
                .branch("main")
                .location(scenario.state().head(scenario.branch("main")).tree().get("users")))
        .isEqualTo(RowsLocation.live(9));
    assertThat(scenario.state().operations()).isEmpty();
  }

  @Test
  void mergeCommitHasTwoParentsAndTheHeadFirst() {
    Scenario scenario = Scenario.withTable().diverged();
    String ours = scenario.head("main");

    Answer started = scenario.ok(scenario.merging("main", "dev", "three_way"));
    Answer prepared = MergeRefusals.prepare(scenario, started, null, false);
    TableEntry entry = scenario.entry("main", "users", prepared.command());
    Answer done =
        scenario.step(
            new Continuation.CompleteMerge(
                prepared.command(),
                List.of(),
                List.of(entry),
                Map.of(entry.tableId(), entry.location())),
            prepared);

    assertThat(done.event(CommitCreatedV1.class).parents())
        .containsExactly(ours, scenario.head("dev"));
    assertThat(scenario.branch("main").locations()).isEmpty();
  }

  @Test
  void liveChangesBecomeACommitOfTheirOwnBelowTheMerge() {
    // given a fast-forward, and live changes that were found and committed first
    Scenario scenario = Scenario.withTable().fork("dev", "main");
    scenario.commit("dev", "users");
    String before = scenario.head("main");
    Answer started = scenario.ok(scenario.merging("main", "dev", "three_way"));
    Answer prepared = MergeRefusals.prepare(scenario, started, null, true);
    TableEntry live = scenario.entry("users", RowsLocation.live(8));
    TableEntry merged = scenario.entry("users", RowsLocation.live(9));

    // when
    Answer done =
        scenario.step(
            new Continuation.CompleteMerge(
                prepared.command(),
                List.of(live),
                List.of(merged),
                Map.of(merged.tableId(), merged.location())),
            prepared);

    // then
    List<CommitCreatedV1> commits =
        done.decision().events().stream().map(CommitCreatedV1.class::cast).toList();
    assertThat(commits).extracting(CommitCreatedV1::live).containsExactly(true, false);
    assertThat(commits.getFirst().author()).isEqualTo(Actor.LIVE);
    assertThat(commits.getFirst().message()).isEqualTo("Live changes before merging dev");
    assertThat(commits.getFirst().parents()).containsExactly(before);
    assertThat(commits.getLast().parents())
        .containsExactly(commits.getFirst().commit(), scenario.head("dev"));
    assertThat(commits.getLast().liveCommit()).isEqualTo(commits.getFirst().commit());
    assertThat(scenario.head("main")).isEqualTo(commits.getLast().commit());
    assertThat(scenario.state().operations()).isEmpty();
    assertThat(scenario.branch("main").operation()).isNull();
  }

  @Test
  void decisionNamesTheConflictsThatItWasMadeOn() {
    Scenario scenario = Scenario.withTable().diverged();
    MergeOpenedV1 opened = scenario.openMerge(2).event(MergeOpenedV1.class);

    Answer decided = scenario.ok(MergeRefusals.resolving("main", 1, 1));

    assertThat(decided.event(ConflictsResolvedV1.class).conflictSet())
        .isEqualTo(opened.conflictSet());
  }

  @Test
  void tableSeenElsewhereIsKeptWhereTheOperationPutIt() {
    // given dev takes users from main, where main keeps it elsewhere than its commit says
    Scenario scenario = Scenario.withTable().diverged();
    TableEntry theirs = scenario.state().head(scenario.branch("main")).tree().get("users");
    RowsLocation kept = RowsLocation.live(1234);

    // when
    Answer started = scenario.ok(scenario.merging("dev", "main", "three_way"));
    Answer prepared =
        scenario.step(
            new Continuation.PrepareMerge(
                started.command(),
                scenario.branch("dev").id(),
                scenario.head("dev"),
                scenario.mergePlan("main", null, false)),
            started);
    scenario.step(
        new Continuation.CompleteMerge(
            prepared.command(), List.of(), List.of(theirs), Map.of(theirs.tableId(), kept)),
        prepared);

    // then
    assertThat(scenario.branch("dev").location(theirs)).isEqualTo(kept);
  }

  @Test
  void mergeWithoutNetChangeStillMovesTheRows() {
    Scenario scenario = Scenario.withTable().diverged();
    TableEntry ours = scenario.state().head(scenario.branch("main")).tree().get("users");

    Answer started = scenario.ok(scenario.merging("main", "dev", "ours"));
    Answer prepared = MergeRefusals.prepare(scenario, started, null, false);
    scenario.step(
        new Continuation.CompleteMerge(
            prepared.command(),
            List.of(),
            List.of(),
            Map.of(ours.tableId(), RowsLocation.live(55))),
        prepared);

    assertThat(scenario.branch("main").location(ours)).isEqualTo(RowsLocation.live(55));
  }

  @Test
  void openMergeIsResolvedContinuedAndClosed() {
    Scenario scenario = Scenario.withTable().diverged();
    MergeOpenedV1 opened = scenario.openMerge(2).event(MergeOpenedV1.class);

    scenario.ok(MergeRefusals.resolving("main", 1, 1));
    assertThat(scenario.branch("main").merge().remaining()).isEqualTo(1);
    scenario.ok(MergeRefusals.resolving("main", 1, 0));
    Answer started = scenario.ok(new ContinueMergeV1("main", null, TestRepository.ALICE));
    Answer prepared = MergeRefusals.prepare(scenario, started, opened.mergeId(), false);
    assertThat(prepared.event(OperationPreparedV1.class).expectedHead())
        .isEqualTo(opened.targetCommit());
    TableEntry entry = scenario.entry("main", "users", prepared.command());
    scenario.step(
        new Continuation.CompleteMerge(prepared.command(), List.of(), List.of(entry), Map.of()),
        prepared);

    assertThat(scenario.branch("main").merge()).isNull();
    assertThat(scenario.branch("main").operation()).isNull();
  }

  @Test
  void mergeOpenedAgainKeepsItsDecisions() {
    // given a decision, and a continuation that finds a broken constraint
    Scenario scenario = Scenario.withTable().diverged();
    String id = scenario.openMerge(1).event(MergeOpenedV1.class).mergeId();
    scenario.ok(MergeRefusals.resolving("main", 1, 0));
    Answer started =
        scenario
            .repository()
            .command(
                new ContinueMergeV1("main", null, TestRepository.ALICE), TestRepository.ALICE, "k");
    Answer prepared = MergeRefusals.prepare(scenario, started, id, false);

    // when
    scenario.step(
        new Continuation.Abort(prepared.command(), Code.MERGE_CONFLICT.name(), "users_email_key"),
        prepared);
    assertThat(scenario.state().outcomes().of(started.key()))
        .containsInstanceOf(Outcome.Refused.class);
    Answer reopened = scenario.step(scenario.opening("main", "dev", 3, id), prepared);

    // then
    MergeState merge = scenario.branch("main").merge();
    assertThat(reopened.event(MergeOpenedV1.class).mergeId()).isEqualTo(id);
    assertThat(merge.decisions()).hasSize(1);
    assertThat(merge.remaining()).isEqualTo(3);
    assertThat(scenario.state().outcomes().of(started.key()))
        .as("the abort was not the end of the command")
        .contains(new Outcome.Done(Map.of("merge", id, "conflicts", "3")));
  }

  @Test
  void givenUpMergeIsNotContinuedNorOpenedAgain() {
    // given somebody gives the merge up while another one continues it
    Scenario scenario = Scenario.withTable().diverged();
    String id = scenario.openMerge(0).event(MergeOpenedV1.class).mergeId();
    Answer started = scenario.ok(new ContinueMergeV1("main", null, TestRepository.ALICE));
    scenario.ok(new AbortMergeV1("main"));

    // when
    Answer prepared = MergeRefusals.prepare(scenario, started, id, false);
    Answer opened = scenario.step(scenario.opening("main", "dev", 1, id), started);

    // then
    assertThat(prepared.decision().rejection().orElseThrow().code())
        .isEqualTo(Code.NO_MERGE_IN_PROGRESS);
    assertThat(opened.decision().rejection().orElseThrow().code())
        .isEqualTo(Code.NO_MERGE_IN_PROGRESS);
    assertThat(scenario.branch("main").merge()).isNull();
  }

  @Test
  void laterStepsAreRefusedWhenTheBranchChangedMeanwhile() {
    Scenario scenario = Scenario.withTable().diverged();
    Answer started = scenario.ok(scenario.merging("main", "dev", "three_way"));
    Continuation.PrepareMerge prepare =
        new Continuation.PrepareMerge(
            started.command(),
            scenario.branch("main").id(),
            scenario.head("main"),
            scenario.mergePlan("dev", null, false));
    Continuation.OpenMerge open = scenario.opening("main", "dev", 1, null);

    Answer commit = scenario.busy("main");
    assertThat(code(scenario.step(prepare, started))).isEqualTo(Code.BRANCH_BUSY);
    assertThat(code(scenario.step(open, started))).isEqualTo(Code.BRANCH_BUSY);

    scenario.step(
        new Continuation.CompleteCommit(
            commit.command(), List.of(scenario.entry("main", "users", commit.command()))),
        commit);
    // which is no answer to the command: it is planned anew
    assertThat(code(scenario.step(prepare, started))).isEqualTo(Code.BRANCH_BUSY);
    assertThat(code(scenario.step(open, started))).isEqualTo(Code.BRANCH_BUSY);
  }

  @Test
  void aResetWhoseBranchWasMovedForAnEarlierTryIsNotAnswered() {
    Scenario scenario = Scenario.withTable().diverged();
    String elsewhere = scenario.head("dev");
    String here = scenario.head("main");

    assertThat(scenario.refused(new ResetBranchV1("main", "HEAD~1", here, here, elsewhere)).code())
        .isEqualTo(Code.BRANCH_BUSY);
    assertThat(scenario.refused(new ResetBranchV1("main", "HEAD~1", here, null, elsewhere)).code())
        .isEqualTo(Code.HEAD_MOVED);
  }

  @Test
  void laterStepsAreRefusedWhenTheBranchIsGone() {
    Scenario scenario = Scenario.withTable().fork("dev", "main");
    Answer any = scenario.ok(new dev.epoch.events.command.OpenRepositoryV1("shop"));
    Continuation.PrepareMerge prepare =
        new Continuation.PrepareMerge(
            any.command(),
            "b000000000099",
            scenario.head("main"),
            scenario.mergePlan("dev", null, false));

    assertThat(code(scenario.step(prepare, any))).isEqualTo(Code.BRANCH_NOT_FOUND);
  }

  private static Code code(Answer answer) {
    return answer.decision().rejection().orElseThrow().code();
  }

  @Test
  void noMergeIsOpenedWhileATableIsTakenAway() {
    Scenario scenario = Scenario.withTable().diverged();
    scenario.fork("other", "dev");
    Answer started = scenario.ok(scenario.merging("other", "main", "three_way"));
    Continuation.OpenMerge open = scenario.opening("other", "main", 1, null);

    scenario.ok(new RemoveTableV1("users", false, true));

    assertThat(code(scenario.step(open, started))).isEqualTo(Code.BRANCH_BUSY);
  }

  @Test
  void aSchemaThatTheMergeMadeIsRecordedWithTheOperation() {
    // given
    Scenario scenario = Scenario.withTable().diverged();
    TableEntry ours = scenario.state().head(scenario.branch("main")).tree().get("users");
    TableSchema known = scenario.state().tables().schema(ours.schemaHash());
    TableSchema merged =
        new TableSchema(
            known.columns(),
            known.primaryKey(),
            known.constraints(),
            List.of(new Index("users_new", "CREATE INDEX users_new ON users (id)", false)));
    StoredSchema made = new StoredSchema(ours.tableId(), SchemaHash.of(merged), merged);
    Answer started = scenario.ok(scenario.merging("main", "dev", "three_way"));

    // when
    scenario.step(
        new Continuation.PrepareMerge(
            started.command(),
            scenario.branch("main").id(),
            scenario.head("main"),
            scenario.mergePlan("dev", null, false),
            List.of(made, new StoredSchema(ours.tableId(), ours.schemaHash(), known))),
        started);

    // then
    assertThat(scenario.state().tables().schema(made.hash())).isEqualTo(merged);
    assertThat(scenario.branch("main").operation()).isNotNull();
  }

  @Test
  void aFastForwardWithAnEntryOfItsOwnIsACommit() {
    // given
    Scenario scenario = Scenario.withTable().fork("dev", "main");
    scenario.commit("dev", "users");
    Answer started = scenario.ok(scenario.merging("main", "dev", "three_way"));
    Answer prepared = MergeRefusals.prepare(scenario, started, null, true);
    TableEntry theirs = scenario.state().head(scenario.branch("dev")).tree().get("users");
    String before = scenario.head("main");

    // when
    scenario.step(
        new Continuation.CompleteMerge(prepared.command(), List.of(), List.of(theirs), Map.of()),
        prepared);

    // then
    assertThat(scenario.state().head(scenario.branch("main")).parents())
        .containsExactly(before, scenario.head("dev"));
  }
}
