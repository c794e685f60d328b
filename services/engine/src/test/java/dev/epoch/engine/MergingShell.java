package dev.epoch.engine;

import dev.epoch.engine.TestRepository.Answer;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.Commits;
import dev.epoch.engine.state.MergeState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.Replay;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.MergeBranchV1;
import dev.epoch.events.command.ReplayCommitsV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPlan.TableMerge;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** The later steps of commands as the server takes them: plans merges, moves rows, completes. */
final class MergingShell {
  private final TestRepository repository;
  private final PhysicalWorld world;
  private final Completions completions;

  MergingShell(TestRepository repository, PhysicalWorld world) {
    this.repository = repository;
    this.world = world;
    this.completions = new Completions(repository, world);
  }

  private RepositoryState state() {
    return repository.state();
  }

  /** What is done with a source, and what it is compared with; null for the merge bases. */
  private record Side(String verb, String strategy, String base) {}

  private static final Side MERGE = new Side("merge", "three_way", null);

  private record Planned(boolean fastForward, List<TableMerge> tables, List<String> newTables) {}

  /** After a command to merge was accepted. */
  void go(Answer answer, Random random) {
    if (answer.refused() || answer.former().isPresent() || !answer.decision().events().isEmpty()) {
      return;
    }
    MergeBranchV1 command = (MergeBranchV1) repository.log().getLast().data();
    BranchState target = repository.branch(command.target());
    CommitState source = state().commits().byId().get(command.sourceCommit());
    boolean fastForward =
        RandomHistory.isAncestor(state(), target.head(), source.id()) && !command.noCommit();
    Planned plan = plan(target, source, fastForward);
    if (command.liveChanges().equals("refuse") && !world.changed(state(), target.id()).isEmpty()) {
      repository.step(
          new Continuation.Refuse(
              Rejection.of(Code.UNCOMMITTED_CHANGES, "uncommitted changes", "Commit them")),
          TestRepository.ALICE,
          answer);
      return;
    }
    boolean conflicts = !fastForward && random.nextInt(3) == 0;
    if (conflicts || command.noCommit()) {
      open(answer, target, MERGE, command.source(), source, conflicts, null, random);
    } else {
      prepare(answer, target, MERGE, command.source(), source, plan, null, command.author());
    }
  }

  /** After a command to continue a merge was accepted. */
  void proceed(Answer answer, BranchState target, Random random) {
    if (answer.refused() || answer.former().isPresent()) {
      return;
    }
    MergeState merge = target.merge();
    if (merge == null) {
      goOn(answer, target, random);
      return;
    }
    Side side =
        merge.verb().equals("merge")
            ? MERGE
            : new Side(merge.verb(), merge.strategy(), merge.bases().getFirst());
    CommitState source = state().commits().byId().get(merge.sourceCommit());
    if (random.nextInt(4) == 0) {
      open(answer, target, side, merge.source(), source, true, merge.id(), random);
    } else {
      Planned plan = plan(target, source, false);
      prepare(answer, target, side, merge.source(), source, plan, merge.id(), TestRepository.ALICE);
    }
  }

  /** After a command to replay one commit was accepted. */
  void replay(Answer answer, BranchState target, ReplayCommitsV1 command, Random random) {
    if (!answer.refused() && answer.former().isEmpty() && answer.decision().events().isEmpty()) {
      replay(answer, target, command.verb(), command.commits().getFirst(), random);
    }
  }

  /** The next step of a replay, if there is one. */
  void goOn(Answer answer, BranchState target, Random random) {
    Replay replay = target.replay();
    if (replay == null || target.merge() != null || target.operation() != null) {
      return;
    }
    if (replay.onto() != null) {
      CommitState onto = state().commits().byId().get(replay.onto());
      if (replay.rest().isEmpty() || random.nextBoolean()) {
        move(answer, target, onto, "rebase");
      } else {
        moveWithFirst(answer, target, onto, state().commits().byId().get(replay.rest().getFirst()));
      }
    } else if (random.nextInt(5) == 0) {
      repository.step(
          new Continuation.SkipCommit(target.id(), replay.rest().getFirst()),
          TestRepository.ALICE,
          answer);
    } else {
      replay(answer, target, replay.verb(), replay.rest().getFirst(), random);
    }
  }

  private void replay(Answer answer, BranchState target, String verb, String id, Random random) {
    CommitState commit = state().commits().byId().get(id);
    String parent = commit.parents().getFirst();
    boolean revert = verb.equals("revert");
    Side side = new Side(verb, "three_way", revert ? id : parent);
    CommitState source = revert ? state().commits().byId().get(parent) : commit;
    if (random.nextInt(3) == 0) {
      open(answer, target, side, "some", source, true, null, random);
    } else {
      prepare(
          answer,
          target,
          side,
          "some",
          source,
          plan(target, source, false),
          null,
          TestRepository.BOB);
    }
  }

  /** Moves a branch to a commit, and has another one made again there, by one operation. */
  private void moveWithFirst(
      Answer answer, BranchState target, CommitState onto, CommitState first) {
    Map<String, TableMerge> tables = new TreeMap<>();
    movedTables(target, onto).forEach(table -> tables.put(table.tableId(), table));
    for (TableEntry theirs : completions.changed(first)) {
      if (Completions.entry(onto, theirs) == null) {
        move(answer, target, onto, "rebase");
        return;
      }
      tables.put(
          theirs.tableId(),
          new TableMerge.Write(
              theirs.tableId(), Completions.entry(onto, theirs).location().anchor()));
    }
    repository.step(
        new Continuation.PrepareMerge(
            answer.command(),
            target.id(),
            target.head(),
            new OperationPlan.Merge(
                null,
                "some",
                first.id(),
                false,
                List.copyOf(tables.values()),
                List.of(),
                first.message(),
                first.author(),
                repository.log().getLast().at().time(),
                List.of(),
                "rebase",
                onto.id())),
        TestRepository.ALICE,
        answer);
  }

  /** Moves a branch to a commit with the same tables. */
  void move(Answer answer, BranchState target, CommitState to, String verb) {
    prepare(
        answer,
        target,
        new Side(verb, "three_way", null),
        "some",
        to,
        new Planned(true, movedTables(target, to), List.of()),
        target.merge() == null ? null : target.merge().id(),
        TestRepository.ALICE);
  }

  private List<TableMerge> movedTables(BranchState target, CommitState to) {
    List<TableMerge> tables = new ArrayList<>();
    for (TableEntry theirs : new TreeMap<>(to.tree()).values()) {
      TableEntry ours = Completions.entry(state().head(target), theirs);
      if (RandomHistory.table(state(), theirs.tableId()).removed()
          || Completions.same(ours, theirs)) {
        continue;
      }
      RowsLocation at = theirs.location();
      tables.add(
          state().isDefault(target) || target.id().equals(target.location(ours).overlay())
              ? new TableMerge.Write(theirs.tableId(), at.anchor())
              : new TableMerge.Repoint(theirs.tableId(), at));
    }
    return tables;
  }

  private void prepare(
      Answer answer,
      BranchState target,
      Side side,
      String name,
      CommitState source,
      Planned plan,
      String mergeId,
      Actor author) {
    repository.step(
        new Continuation.PrepareMerge(
            answer.command(),
            target.id(),
            target.head(),
            new OperationPlan.Merge(
                mergeId,
                name,
                source.id(),
                plan.fastForward(),
                plan.tables(),
                plan.newTables(),
                "Merge " + name,
                author,
                repository.log().getLast().at().time(),
                List.of(),
                side.verb())),
        TestRepository.ALICE,
        answer);
  }

  private void open(
      Answer answer,
      BranchState target,
      Side side,
      String name,
      CommitState source,
      boolean conflicts,
      String former,
      Random random) {
    Map<String, Long> counts = new TreeMap<>();
    if (conflicts) {
      counts.put("users", 1L + random.nextInt(3));
    }
    repository.step(
        new Continuation.OpenMerge(
            target.id(),
            target.head(),
            name,
            source.id(),
            side.base() == null
                ? bases(target.head(), source.id()).stream().map(CommitId::hex).toList()
                : List.of(side.base()),
            side.strategy(),
            null,
            conflicts ? PhysicalWorld.digest("conflicts") : null,
            counts,
            former,
            "commit",
            side.verb(),
            null),
        TestRepository.ALICE,
        answer);
  }

  private List<CommitId> bases(String ours, String theirs) {
    Commits graph = state().commits();
    return new Ancestry(graph).mergeBases(new CommitId(ours), new CommitId(theirs));
  }

  private Planned plan(BranchState target, CommitState source, boolean fastForward) {
    CommitState head = state().head(target);
    CommitState base = state().commits().byId().get(bases(head.id(), source.id()).getFirst().hex());
    List<TableMerge> tables = new ArrayList<>();
    List<String> newTables = new ArrayList<>();
    for (TableEntry theirs : new TreeMap<>(source.tree()).values()) {
      if (RandomHistory.table(state(), theirs.tableId()).removed()) {
        continue;
      }
      TableEntry ours = Completions.entry(head, theirs);
      if (Completions.same(ours, theirs)
          || Completions.same(Completions.entry(base, theirs), theirs)) {
        continue;
      }
      RowsLocation at = completions.place(source, theirs);
      boolean untouched =
          ours == null
              || (!target.id().equals(target.location(ours).overlay())
                  && Completions.same(Completions.entry(base, ours), ours));
      if (untouched && !state().isDefault(target)) {
        tables.add(new TableMerge.Repoint(theirs.tableId(), at));
        if (ours == null) {
          newTables.add(theirs.tableId());
        }
      } else {
        tables.add(new TableMerge.Write(theirs.tableId(), at.anchor()));
      }
    }
    return new Planned(fastForward, tables, newTables);
  }

  /** Completes the operation, or gives it up; now and then as recovery does. */
  void settle(OperationState operation, Random random) {
    boolean recovery = random.nextInt(4) == 0;
    boolean undone = random.nextInt(4) == 0;
    Continuation step =
        undone
            ? new Continuation.Abort(operation.id(), code(random), "a database refused")
            : completions.of(operation);
    repository.step(step, operation.actor(), operation.command(), operation.idempotencyKey());
    if (undone && operation.plan() instanceof OperationPlan.Merge plan && !plan.fastForward()) {
      reopen(operation, plan, random);
    }
    if (recovery) {
      repository.step(
          new Continuation.RecordRecovery(
              operation.id(),
              undone ? "rolled_back" : "rolled_forward",
              operation.actor(),
              Map.of("users", undone ? "reverted" : "applied"),
              "the process stopped"),
          Actor.RECOVERY,
          operation.command(),
          null);
    }
  }

  private static String code(Random random) {
    return random.nextBoolean() ? Code.OPERATION_FAILED.name() : "DISK_FULL";
  }

  /** Rows broke a constraint: the merge waits with its conflicts. */
  private void reopen(OperationState operation, OperationPlan.Merge plan, Random random) {
    BranchState target = state().branches().byId().get(operation.branchId());
    Answer answer =
        new Answer(
            Decision.accepted(),
            java.util.Optional.empty(),
            operation.command(),
            operation.idempotencyKey());
    CommitState source = state().commits().byId().get(plan.sourceCommit());
    Side side =
        plan.verb().equals("merge")
            ? MERGE
            : new Side(
                plan.verb(),
                "three_way",
                source.parents().stream().findFirst().orElse(source.id()));
    open(answer, target, side, plan.source(), source, true, plan.mergeId(), random);
  }
}
