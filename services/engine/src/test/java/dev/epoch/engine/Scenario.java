package dev.epoch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.TestRepository.Answer;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.Rejection;
import dev.epoch.events.command.*;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Puts a repository into a state by what clients and databases do; every step must go well. */
public final class Scenario {
  private final TestRepository repository = new TestRepository("shop");
  private int contents;

  /** Nothing yet. */
  public static Scenario empty() {
    return new Scenario();
  }

  /** A repository with its default branch {@code main}. */
  public static Scenario created() {
    Scenario scenario = new Scenario();
    scenario.ok(new CreateRepositoryV1("shop", "A shop", null));
    return scenario;
  }

  /** Also with storage {@code s1} and table {@code users}, committed. */
  public static Scenario withTable() {
    Scenario scenario = created();
    scenario.storage("s1").table("users").commit("main", "users");
    return scenario;
  }

  public TestRepository repository() {
    return repository;
  }

  public RepositoryState state() {
    return repository.state();
  }

  public BranchState branch(String name) {
    return repository.branch(name);
  }

  public String head(String branch) {
    return branch(branch).head();
  }

  /** Decides a command that must not be refused. */
  public Answer ok(Command command) {
    repository.tick();
    Answer answer = repository.command(command);
    assertThat(answer.decision().rejection()).as(command.toString()).isEmpty();
    return answer;
  }

  public Rejection refused(Command command) {
    repository.tick();
    return repository
        .command(command)
        .decision()
        .rejection()
        .orElseThrow(() -> new AssertionError(command + " was not refused"));
  }

  public Answer step(Continuation continuation, Answer of) {
    return repository.step(continuation, TestRepository.ALICE, of);
  }

  public Scenario storage(String name) {
    ok(new AddStorageV1(name, "postgresql", Map.of(), null, null, true));
    return this;
  }

  public static RegisterTableV1 register(String name) {
    return new RegisterTableV1(name, "s1", "public", name, PhysicalWorld.SCHEMA);
  }

  public Scenario table(String name) {
    Answer prepared = ok(register(name));
    step(registered(prepared), prepared);
    return this;
  }

  public static Continuation.CompleteRegistration registered(Answer prepared) {
    return new Continuation.CompleteRegistration(
        prepared.command(), 3, digest("baseline"), PhysicalWorld.NO_SUM, PhysicalWorld.SCHEMA_HASH);
  }

  public Scenario removeTable(String name) {
    Answer prepared = ok(new RemoveTableV1(name, false, true));
    step(new Continuation.CompleteRemoval(prepared.command()), prepared);
    return this;
  }

  public Scenario fork(String name, String from) {
    ok(new CreateBranchV1(name, head(from), from, false));
    return this;
  }

  public static CommitToBranchV1 committing(String branch, String... changed) {
    return new CommitToBranchV1(
        branch, "work", TestRepository.ALICE, List.of(), false, null, List.of(changed));
  }

  /** Commits new contents of the tables. */
  public Answer commit(String branch, String... tables) {
    Answer prepared = ok(committing(branch, tables));
    return step(
        new Continuation.CompleteCommit(
            prepared.command(),
            Arrays.stream(tables).map(table -> entry(branch, table, prepared.command())).toList()),
        prepared);
  }

  /** Commits new contents of {@code users}. */
  public Scenario commits(String branch) {
    commit(branch, "users");
    return this;
  }

  /** An entry of new contents, where an operation of the branch puts them. */
  public TableEntry entry(String branch, String table, UUID operation) {
    long position = state().operations().get(operation).position();
    RowsLocation at =
        state().isDefault(branch(branch))
            ? RowsLocation.live(position)
            : new RowsLocation(0, branch(branch).id(), position);
    return entry(table, at);
  }

  public TableEntry entry(String table, RowsLocation at) {
    return new TableEntry(
        state().tables().named(table).orElseThrow().id(),
        table,
        PhysicalWorld.SCHEMA_HASH,
        digest("contents " + ++contents),
        PhysicalWorld.NO_SUM,
        contents,
        at,
        digest("changes " + contents),
        1,
        0,
        0);
  }

  public MergeBranchV1 merging(String target, String source, String strategy) {
    return new MergeBranchV1(
        target,
        source,
        state().branch(source).map(BranchState::head).orElse("0".repeat(64)),
        strategy,
        null,
        TestRepository.ALICE,
        false,
        false,
        null,
        "commit",
        null,
        false);
  }

  /** {@code dev} and {@code main} both have commits of their own. */
  public Scenario diverged() {
    fork("dev", "main");
    commit("dev", "users");
    commit("main", "users");
    return this;
  }

  /** A merge of {@code dev} into {@code main} waits with so many conflicts. */
  public Answer openMerge(long conflicts) {
    Answer started = ok(merging("main", "dev", "three_way"));
    return step(opening("main", "dev", conflicts, null), started);
  }

  public Continuation.OpenMerge opening(
      String target, String source, long conflicts, String former) {
    return new Continuation.OpenMerge(
        branch(target).id(),
        head(target),
        source,
        head(source),
        List.of(),
        "three_way",
        null,
        conflicts == 0 ? null : digest("conflicts"),
        conflicts == 0 ? Map.of() : Map.of("users", conflicts),
        former,
        "commit",
        "merge",
        null);
  }

  public OperationPlan.Merge mergePlan(String source, String mergeId, boolean fastForward) {
    return new OperationPlan.Merge(
        mergeId,
        source,
        head(source),
        fastForward,
        List.of(),
        List.of(),
        "Merge " + source,
        TestRepository.ALICE,
        repository.log().getLast().at().time(),
        List.of(),
        "merge");
  }

  /** An operation of the branch is in flight. */
  public Answer busy(String branch) {
    return ok(committing(branch, "users"));
  }

  public static Digest digest(Object content) {
    return PhysicalWorld.digest(content);
  }
}
