package dev.epoch.engine.processing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.Refused;
import dev.epoch.engine.Scenario;
import dev.epoch.engine.TestRepository;
import dev.epoch.engine.TestRepository.Answer;
import dev.epoch.engine.state.Outcome;
import dev.epoch.events.Actor;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CommitToBranchV1;
import dev.epoch.events.command.StageChangesV1;
import dev.epoch.events.command.UnstageChangesV1;
import dev.epoch.events.event.ChangesUnstagedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.OperationAbortedV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CommitProcessorTest {

  private static CommitToBranchV1 commit(
      String branch,
      String message,
      List<String> tables,
      boolean all,
      String expected,
      List<String> changed) {
    return new CommitToBranchV1(
        branch, message, TestRepository.ALICE, tables, all, expected, changed);
  }

  static Stream<Refused> refusals() {
    return Stream.of(
        Refused.of(
            "no such branch",
            s -> {},
            s -> Scenario.committing("dev", "users"),
            Code.BRANCH_NOT_FOUND,
            "Branch 'dev' not found",
            null),
        Refused.of(
            "no message",
            s -> {},
            s -> commit("main", " ", List.of(), false, null, List.of("users")),
            Code.VALIDATION,
            "message",
            null),
        Refused.of(
            "null message",
            s -> {},
            s -> commit("main", null, List.of(), false, null, List.of("users")),
            Code.VALIDATION,
            "message",
            null),
        Refused.of(
            "another head than expected",
            s -> s.commit("main", "users"),
            s ->
                commit(
                    "main",
                    "m",
                    List.of(),
                    false,
                    s.state().head(s.branch("main")).parents().getFirst(),
                    List.of("users")),
            Code.HEAD_MOVED,
            "moved while you worked",
            "new head"),
        Refused.of(
            "a merge is open",
            s -> s.diverged().openMerge(1),
            s -> Scenario.committing("main", "users"),
            Code.MERGE_IN_PROGRESS,
            "not finished",
            "--continue"),
        Refused.of(
            "an operation is in flight",
            s -> s.busy("main"),
            s -> Scenario.committing("main", "users"),
            Code.BRANCH_BUSY,
            "in flight",
            "Try again"),
        Refused.of(
            "a table is being removed from all branches",
            s -> {
              s.fork("dev", "main");
              s.ok(new dev.epoch.events.command.RemoveTableV1("users", false, true));
            },
            s -> Scenario.committing("dev", "users"),
            Code.BRANCH_BUSY,
            "'main' is in flight",
            "Try again"),
        Refused.of(
            "an unknown table",
            s -> {},
            s -> commit("main", "m", List.of("users", "orders"), false, null, List.of("users")),
            Code.TABLE_NOT_FOUND,
            "'orders'",
            null),
        Refused.of(
            "nothing changed",
            s -> {},
            s -> Scenario.committing("main"),
            Code.NOTHING_TO_COMMIT,
            "working tree clean",
            null),
        Refused.of(
            "only another table changed",
            s -> s.table("orders").commit("main", "orders"),
            s -> commit("main", "m", List.of("users"), false, null, List.of("orders")),
            Code.NOTHING_TO_COMMIT,
            "main",
            null),
        Refused.of(
            "only another table is staged",
            s -> {
              s.table("orders").commit("main", "orders");
              s.ok(new StageChangesV1("main", List.of("users")));
            },
            s -> Scenario.committing("main", "orders"),
            Code.NOTHING_TO_COMMIT,
            "main",
            null),
        Refused.of(
            "stage: no such branch",
            s -> {},
            s -> new StageChangesV1("dev", List.of("users")),
            Code.BRANCH_NOT_FOUND,
            "dev",
            null),
        Refused.of(
            "stage: no such table",
            s -> {},
            s -> new StageChangesV1("main", List.of("orders")),
            Code.TABLE_NOT_FOUND,
            "orders",
            null),
        Refused.of(
            "unstage: no such branch",
            s -> {},
            s -> new UnstageChangesV1("dev", List.of()),
            Code.BRANCH_NOT_FOUND,
            "dev",
            null));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refuses(Refused row) {
    row.verify();
  }

  @Test
  void takesStagedTablesElseAll() {
    Scenario scenario = Scenario.withTable().table("orders");
    scenario.commit("main", "orders");

    assertThat(
            taken(
                scenario, commit("main", "m", List.of(), false, null, List.of("orders", "users"))))
        .containsExactly("orders", "users");
    scenario.ok(new StageChangesV1("main", List.of("orders")));
    assertThat(
            taken(
                scenario, commit("main", "m", List.of(), false, null, List.of("orders", "users"))))
        .containsExactly("orders");
    assertThat(
            taken(scenario, commit("main", "m", List.of(), true, null, List.of("orders", "users"))))
        .containsExactly("orders", "users");
    assertThat(
            taken(
                scenario,
                commit("main", "m", List.of("users"), true, null, List.of("orders", "users"))))
        .containsExactly("users");
  }

  /** Names of the tables that the operation takes, which is then given up. */
  private static List<String> taken(Scenario scenario, CommitToBranchV1 command) {
    Answer answer = scenario.ok(command);
    OperationPlan.Commit plan =
        (OperationPlan.Commit) answer.event(OperationPreparedV1.class).plan();
    scenario.step(new Continuation.Abort(answer.command(), "OPERATION_FAILED", "no"), answer);
    return plan.tables().stream()
        .map(id -> scenario.state().tables().byId().get(id).name())
        .toList();
  }

  @Test
  void headMovesToACommitWithTheHeadAsParent() {
    Scenario scenario = Scenario.withTable();
    String before = scenario.head("main");

    Answer answer = scenario.commit("main", "users");

    CommitCreatedV1 event = answer.event(CommitCreatedV1.class);
    assertThat(event.parents()).containsExactly(before);
    assertThat(scenario.head("main")).isEqualTo(event.commit());
    assertThat(scenario.branch("main").operation()).isNull();
  }

  @Test
  void actorIsTheAuthorIfNobodyIsNamed() {
    Scenario scenario = Scenario.withTable();

    Answer prepared =
        scenario.ok(
            new CommitToBranchV1("main", "m", null, List.of(), false, null, List.of("users")));
    Answer done =
        scenario.step(
            new Continuation.CompleteCommit(
                prepared.command(), List.of(scenario.entry("main", "users", prepared.command()))),
            prepared);

    assertThat(done.event(CommitCreatedV1.class).author()).isEqualTo(TestRepository.ALICE);
  }

  @Test
  void registeredTableIsUncommittedOnTheDefaultBranchOnly() {
    Scenario scenario = Scenario.withTable().fork("dev", "main").table("orders");

    assertThat(CommitProcessor.registered(scenario.state(), scenario.branch("main")))
        .containsExactly("orders");
    assertThat(CommitProcessor.registered(scenario.state(), scenario.branch("dev"))).isEmpty();
  }

  @Test
  void noChangedRowInTheEndIsNothingToCommit() {
    Scenario scenario = Scenario.withTable();
    Answer prepared =
        scenario
            .repository()
            .command(Scenario.committing("main", "users"), TestRepository.ALICE, "k");

    Answer done =
        scenario.step(new Continuation.CompleteCommit(prepared.command(), List.of()), prepared);

    assertThat(done.decision().events()).hasOnlyElementsOfType(OperationAbortedV1.class);
    assertThat(done.decision().rejection().orElseThrow().code()).isEqualTo(Code.NOTHING_TO_COMMIT);
    assertThat(scenario.state().operations()).isEmpty();
    assertThat(scenario.state().outcomes().of(prepared.key()))
        .containsInstanceOf(Outcome.Refused.class);
  }

  @Test
  void removedTableLeavesWithTheNextCommit() {
    Scenario scenario = Scenario.withTable().table("orders");
    scenario.commit("main", "orders");
    scenario.removeTable("orders");

    assertThat(CommitProcessor.removed(scenario.state(), scenario.branch("main")))
        .containsExactly("orders");
    Answer prepared = scenario.ok(Scenario.committing("main"));
    Answer done =
        scenario.step(new Continuation.CompleteCommit(prepared.command(), List.of()), prepared);

    assertThat(done.event(CommitCreatedV1.class).removedTables()).containsExactly("orders");
    assertThat(scenario.state().head(scenario.branch("main")).tree()).containsOnlyKeys("users");
  }

  @Test
  void tableThatCameBackUnderItsNameIsAnother() {
    // given a branch that still has the first table users
    Scenario scenario =
        Scenario.withTable().fork("dev", "main").removeTable("users").table("users");

    TableEntry first = scenario.state().head(scenario.branch("dev")).tree().get("users");

    // when
    Rejection onDev = scenario.refused(Scenario.committing("dev"));
    Answer main = scenario.commit("main", "users");

    // then
    assertThat(onDev.code()).as("the new table is not on dev").isEqualTo(Code.NOTHING_TO_COMMIT);
    assertThat(scenario.state().head(scenario.branch("dev")).tree()).containsEntry("users", first);
    assertThat(main.event(CommitCreatedV1.class).removedTables()).isEmpty();
    assertThat(scenario.state().head(scenario.branch("main")).tree().get("users").tableId())
        .isEqualTo(scenario.state().tables().named("users").orElseThrow().id());
  }

  @Test
  void commitTakesWhatWasStaged() {
    Scenario scenario = Scenario.withTable().table("orders");
    scenario.commit("main", "orders");
    scenario.ok(new StageChangesV1("main", List.of("users", "orders")));

    // orders turns out to have no change in the end
    Answer prepared = scenario.ok(Scenario.committing("main", "orders", "users"));
    scenario.step(
        new Continuation.CompleteCommit(
            prepared.command(), List.of(scenario.entry("main", "users", prepared.command()))),
        prepared);

    assertThat(scenario.branch("main").staged()).isEmpty();
  }

  @Test
  void unstagesWhatIsStaged() {
    Scenario scenario = Scenario.withTable().table("orders");
    scenario.ok(new StageChangesV1("main", List.of("users")));

    assertThat(
            scenario
                .ok(new UnstageChangesV1("main", List.of("orders")))
                .event(ChangesUnstagedV1.class)
                .tables())
        .isEmpty();
    assertThat(
            scenario
                .ok(new UnstageChangesV1("main", List.of()))
                .event(ChangesUnstagedV1.class)
                .tables())
        .containsExactly("users");
  }

  @Test
  void commitOfManyTablesIsSeveralRecordsBelowTheLimit() {
    // given
    Scenario scenario = Scenario.created().storage("s1");
    List<String> tables = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      tables.add("table_with_a_long_name_that_postgresql_still_takes_%010d".formatted(i));
      scenario.table(tables.getLast());
    }

    // when
    Answer done = scenario.commit("main", tables.toArray(String[]::new));

    // then
    assertThat(done.decision().events())
        .extracting(Object::getClass)
        .containsExactly(
            (Class) CommitTablesRecordedV1.class,
            CommitTablesRecordedV1.class,
            CommitCreatedV1.class);
    RecordCodec codec = new RecordCodec();
    done.decision()
        .events()
        .forEach(event ->
            assertThat(codec.encode(event).getBytes(StandardCharsets.UTF_8).length)
                .isLessThan(Envelope.MAX_DATA_BYTES));
    assertThat(scenario.state().head(scenario.branch("main")).changed()).hasSize(400);
    assertThat(scenario.state().head(scenario.branch("main")).tree()).hasSize(400);
  }

  @Test
  void locationsOfManyTablesTakeTheRoomOfEntries() {
    // given main keeps a thousand tables elsewhere than its commit says
    Scenario scenario = Scenario.created().storage("s1");
    List<String> tables = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      tables.add("t" + i);
      scenario.table(tables.getLast());
    }
    scenario.commit("main", tables.toArray(String[]::new));
    scenario.fork("dev", "main").commit("dev", "t0");
    Map<String, RowsLocation> elsewhere = new HashMap<>();
    scenario
        .state()
        .tables()
        .byId()
        .keySet()
        .forEach(id ->
            elsewhere.put(id, new RowsLocation(1_000_000_000, "b000000000001", 1_000_000_000)));
    fastForward(scenario, elsewhere);

    // when
    Answer done = scenario.commit("main", tables.subList(0, 150).toArray(String[]::new));

    // then
    RecordCodec codec = new RecordCodec();
    assertThat(done.decision().events()).hasSize(2);
    done.decision().events().forEach(event -> assertThat(codec.encode(event)).isNotEmpty());
    assertThat(scenario.branch("main").locations()).hasSize(1_350);
    assertThat(scenario.state().head(scenario.branch("main")).changed()).hasSize(150);
  }

  @Test
  void likeCommitsOfTwoBranchesAtOneMomentAreTwo() {
    // given two branches, and the same contents at the same time by the same author
    Scenario scenario = Scenario.withTable().fork("a", "main").fork("b", "main");
    TableEntry entry = scenario.entry("users", RowsLocation.live(1));

    // when
    Answer a = scenario.repository().command(Scenario.committing("a", "users"));
    Answer b = scenario.repository().command(Scenario.committing("b", "users"));
    Answer first = scenario.step(new Continuation.CompleteCommit(a.command(), List.of(entry)), a);
    Answer second = scenario.step(new Continuation.CompleteCommit(b.command(), List.of(entry)), b);

    // then
    CommitCreatedV1 one = first.event(CommitCreatedV1.class);
    CommitCreatedV1 other = second.event(CommitCreatedV1.class);
    assertThat(other.commit()).isNotEqualTo(one.commit());
    assertThat(other.time()).isEqualTo(one.time().plusNanos(1_000));
  }

  @Test
  void whatRecoverySettledIsNotCompletedAgain() {
    Scenario scenario = Scenario.withTable();
    Answer prepared =
        scenario
            .repository()
            .command(Scenario.committing("main", "users"), TestRepository.ALICE, "k");
    TableEntry entry = scenario.entry("main", "users", prepared.command());
    scenario
        .repository()
        .step(
            new Continuation.CompleteCommit(prepared.command(), List.of(entry)),
            Actor.RECOVERY,
            prepared);
    var before = scenario.state();

    assertThatThrownBy(() ->
            scenario.step(
                new Continuation.CompleteCommit(prepared.command(), List.of(entry)), prepared))
        .isInstanceOf(OperationNotInFlightException.class)
        .hasMessageContaining(prepared.command().toString());
    assertThat(scenario.state()).isSameAs(before);
  }

  @Test
  void unchangedTablesStayWhereTheBranchKeepsThem() {
    // given main keeps orders elsewhere than its commit says
    Scenario scenario = Scenario.withTable().table("orders");
    scenario.commit("main", "orders");
    String orders = scenario.state().tables().named("orders").orElseThrow().id();
    scenario.fork("dev", "main").commit("dev", "orders");
    fastForward(scenario, Map.of(orders, RowsLocation.live(77)));

    // when
    scenario.commit("main", "users");

    // then
    assertThat(scenario.branch("main").locations())
        .isEqualTo(Map.of(orders, RowsLocation.live(77)));
    scenario.removeTable("orders").commit("main", "users");
    assertThat(scenario.branch("main").locations()).as("of a table that is gone").isEmpty();
  }

  private static void fastForward(Scenario scenario, Map<String, RowsLocation> locations) {
    Answer started = scenario.ok(scenario.merging("main", "dev", "fast_forward"));
    Answer prepared =
        scenario.step(
            new Continuation.PrepareMerge(
                started.command(),
                scenario.branch("main").id(),
                scenario.head("main"),
                scenario.mergePlan("dev", null, true)),
            started);
    scenario.step(
        new Continuation.CompleteMerge(prepared.command(), List.of(), List.of(), locations),
        prepared);
  }
}
