package dev.epoch.engine;

import dev.epoch.engine.TestRepository.Answer;
import dev.epoch.engine.processing.StateGraph;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.MergeBranchV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPlan.TableMerge;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** The later steps of commands as the server takes them: plans merges, moves rows, completes. */
final class MergingShell {
  private final TestRepository repository;
  private final PhysicalWorld world;

  MergingShell(TestRepository repository, PhysicalWorld world) {
    this.repository = repository;
    this.world = world;
  }

  private RepositoryState state() {
    return repository.state();
  }

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
      open(answer, target, command.source(), source, command.strategy(), conflicts, null, random);
    } else {
      prepare(answer, target, command.source(), source, plan, null, command.author());
    }
  }

  /** After a command to continue a merge was accepted. */
  void proceed(Answer answer, BranchState target, Random random) {
    if (answer.refused() || answer.former().isPresent()) {
      return;
    }
    CommitState source = state().commits().byId().get(target.merge().sourceCommit());
    if (random.nextInt(4) == 0) {
      open(
          answer,
          target,
          target.merge().source(),
          source,
          target.merge().strategy(),
          true,
          target.merge().id(),
          random);
    } else {
      Planned plan = plan(target, source, false);
      prepare(
          answer,
          target,
          target.merge().source(),
          source,
          plan,
          target.merge().id(),
          TestRepository.ALICE);
    }
  }

  private void prepare(
      Answer answer,
      BranchState target,
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
                "merge")),
        TestRepository.ALICE,
        answer);
  }

  private void open(
      Answer answer,
      BranchState target,
      String name,
      CommitState source,
      String strategy,
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
            bases(target.head(), source.id()).stream().map(CommitId::hex).toList(),
            strategy,
            null,
            conflicts ? PhysicalWorld.digest("conflicts") : null,
            counts,
            former,
            "commit",
            "merge"),
        TestRepository.ALICE,
        answer);
  }

  private List<CommitId> bases(String ours, String theirs) {
    StateGraph graph = new StateGraph(state().commits());
    return new Ancestry(graph).mergeBases(graph.id(ours), graph.id(theirs));
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
      TableEntry ours = entry(head, theirs);
      if (same(ours, theirs) || same(entry(base, theirs), theirs)) {
        continue;
      }
      RowsLocation at = place(source, theirs);
      boolean untouched =
          ours == null
              || (!target.id().equals(target.location(ours).overlay())
                  && same(entry(base, ours), ours));
      if (untouched && !state().isDefault(target)) {
        tables.add(new TableMerge(theirs.tableId(), "repoint", 0, at));
        if (ours == null) {
          newTables.add(theirs.tableId());
        }
      } else {
        tables.add(new TableMerge(theirs.tableId(), "write", at.anchor(), null));
      }
    }
    return new Planned(fastForward, tables, newTables);
  }

  /** Where the rows of the source are read best: where a branch that stands there keeps them. */
  private RowsLocation place(CommitState source, TableEntry entry) {
    return state().branches().byId().values().stream()
        .filter(branch -> branch.head().equals(source.id()))
        .findFirst()
        .map(branch -> branch.location(entry))
        .orElse(entry.location());
  }

  private static TableEntry entry(CommitState commit, TableEntry like) {
    TableEntry entry = commit.tree().get(like.name());
    return entry != null && entry.tableId().equals(like.tableId()) ? entry : null;
  }

  private static boolean same(TableEntry one, TableEntry other) {
    return one != null && other != null && one.contentHash().equals(other.contentHash());
  }

  /** Completes the operation, or gives it up; now and then as recovery does. */
  void settle(OperationState operation, Random random) {
    boolean recovery = random.nextInt(4) == 0;
    boolean undone = random.nextInt(4) == 0;
    Continuation step =
        undone
            ? new Continuation.Abort(operation.id(), code(random), "a database refused")
            : completion(operation);
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
    open(answer, target, plan.source(), source, "three_way", true, plan.mergeId(), random);
  }

  private Continuation completion(OperationState operation) {
    RepositoryState state = state();
    BranchState branch = state.branches().byId().get(operation.branchId());
    return switch (operation.plan()) {
      case OperationPlan.RegisterTable plan -> {
        world.install(branch.id(), plan.tableId(), operation.position());
        yield new Continuation.CompleteRegistration(
            operation.id(),
            1,
            world.hashAt(plan.tableId(), RowsLocation.live(operation.position())),
            PhysicalWorld.NO_SUM,
            PhysicalWorld.SCHEMA_HASH);
      }
      case OperationPlan.RemoveTable plan -> {
        world.remove(plan.tableId());
        yield new Continuation.CompleteRemoval(operation.id());
      }
      case OperationPlan.Commit plan ->
          new Continuation.CompleteCommit(operation.id(), committed(operation, branch, plan));
      case OperationPlan.Merge plan -> merged(operation, branch, plan);
    };
  }

  private List<TableEntry> committed(
      OperationState operation, BranchState branch, OperationPlan.Commit plan) {
    List<TableEntry> entries = new ArrayList<>();
    for (String table : plan.tables()) {
      TableEntry before = before(branch, table);
      RowsLocation was = world.kept(branch.id(), table);
      RowsLocation at = world.commit(state(), branch, table, operation.position());
      TableEntry entry = world.entry(RandomHistory.table(state(), table), at, before == null);
      if (before == null || !before.contentHash().equals(entry.contentHash())) {
        entries.add(entry);
      } else {
        world.repoint(branch.id(), table, was);
      }
    }
    return entries;
  }

  private TableEntry before(BranchState branch, String table) {
    TableEntry entry = state().head(branch).tree().get(RandomHistory.table(state(), table).name());
    return entry != null && entry.tableId().equals(table) ? entry : null;
  }

  private Continuation merged(
      OperationState operation, BranchState branch, OperationPlan.Merge plan) {
    CommitState source = state().commits().byId().get(plan.sourceCommit());
    List<TableEntry> entries = new ArrayList<>();
    Map<String, RowsLocation> locations = new HashMap<>();
    for (TableMerge table : plan.tables()) {
      TableEntry before = before(branch, table.tableId());
      TableEntry theirs = source.tree().get(RandomHistory.table(state(), table.tableId()).name());
      if (table.action().equals("repoint")) {
        world.repoint(branch.id(), table.tableId(), table.to());
        locations.put(table.tableId(), table.to());
        entries.add(theirs);
      } else {
        RowsLocation from = place(source, theirs);
        RowsLocation at =
            plan.fastForward()
                ? world.overwrite(state(), branch, table.tableId(), from, operation.position())
                : world.merge(state(), branch, table.tableId(), from, operation.position());
        locations.put(table.tableId(), at);
        TableEntry entry =
            world.entry(RandomHistory.table(state(), table.tableId()), at, before == null);
        if (before == null || !before.contentHash().equals(entry.contentHash())) {
          entries.add(entry);
        }
      }
    }
    return new Continuation.CompleteMerge(
        operation.id(), List.of(), plan.fastForward() ? List.of() : entries, locations);
  }
}
