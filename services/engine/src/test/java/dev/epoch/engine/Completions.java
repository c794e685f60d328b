package dev.epoch.engine;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPlan.TableMerge;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What operations do to the rows, and what they come to. */
final class Completions {
  private final TestRepository repository;
  private final PhysicalWorld world;

  Completions(TestRepository repository, PhysicalWorld world) {
    this.repository = repository;
    this.world = world;
  }

  private RepositoryState state() {
    return repository.state();
  }

  /** What the operation has come to. */
  Continuation of(OperationState operation) {
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
    if (plan.onto() != null) {
      return moved(operation, branch, plan);
    }
    CommitState source = state().commits().byId().get(plan.sourceCommit());
    List<TableEntry> entries = new ArrayList<>();
    Map<String, RowsLocation> locations = new HashMap<>();
    Map<String, RowsLocation> before = new HashMap<>();
    for (TableMerge table : plan.tables()) {
      before.put(table.tableId(), world.kept(branch.id(), table.tableId()));
      TableEntry former = before(branch, table.tableId());
      TableEntry theirs = source.tree().get(RandomHistory.table(state(), table.tableId()).name());
      if (table instanceof TableMerge.Repoint repoint) {
        world.repoint(branch.id(), table.tableId(), repoint.to());
        locations.put(table.tableId(), repoint.to());
        entries.add(theirs);
      } else {
        RowsLocation from = place(source, theirs);
        RowsLocation at =
            plan.fastForward()
                ? world.overwrite(state(), branch, table.tableId(), from, operation.position())
                : world.merge(state(), branch, table.tableId(), from, operation.position());
        locations.put(table.tableId(), at);
        TableEntry entry =
            world.entry(RandomHistory.table(state(), table.tableId()), at, former == null);
        if (former == null || !former.contentHash().equals(entry.contentHash())) {
          entries.add(entry);
        }
      }
    }
    if (entries.isEmpty() && !plan.fastForward() && !plan.verb().equals("merge")) {
      before.forEach((table, at) -> world.repoint(branch.id(), table, at));
    }
    return new Continuation.CompleteMerge(
        operation.id(), List.of(), plan.fastForward() ? List.of() : entries, locations);
  }

  private Continuation moved(
      OperationState operation, BranchState branch, OperationPlan.Merge plan) {
    CommitState onto = state().commits().byId().get(plan.onto());
    List<TableEntry> changed = changed(state().commits().byId().get(plan.sourceCommit()));
    List<TableEntry> entries = new ArrayList<>();
    Map<String, RowsLocation> locations = new HashMap<>();
    for (TableMerge table : plan.tables()) {
      String id = table.tableId();
      if (table instanceof TableMerge.Repoint repoint) {
        world.repoint(branch.id(), id, repoint.to());
        locations.put(id, repoint.to());
        continue;
      }
      TableEntry former = onto.tree().get(RandomHistory.table(state(), id).name());
      RowsLocation at =
          world.overwrite(state(), branch, id, former.location(), operation.position());
      for (TableEntry theirs : changed) {
        if (theirs.tableId().equals(id)) {
          at = world.merge(state(), branch, id, theirs.location(), operation.position());
        }
      }
      locations.put(id, at);
      TableEntry entry = world.entry(RandomHistory.table(state(), id), at, false);
      if (!former.contentHash().equals(entry.contentHash())) {
        entries.add(entry);
      }
    }
    return new Continuation.CompleteMerge(operation.id(), List.of(), entries, locations);
  }

  /** Tables that are other than in the commit's parent, and still registered. */
  List<TableEntry> changed(CommitState commit) {
    CommitState parent = state().commits().byId().get(commit.parents().getFirst());
    return commit.tree().values().stream()
        .filter(entry -> !RandomHistory.table(state(), entry.tableId()).removed())
        .filter(entry -> !same(entry(parent, entry), entry))
        .toList();
  }

  /** Where the rows of the source are read best: where a branch that stands there keeps them. */
  RowsLocation place(CommitState source, TableEntry entry) {
    return state().branches().byId().values().stream()
        .filter(branch -> branch.head().equals(source.id()))
        .findFirst()
        .map(branch -> branch.location(entry))
        .orElse(entry.location());
  }

  /** What a commit has of the table of an entry, or null. */
  static TableEntry entry(CommitState commit, TableEntry like) {
    TableEntry entry = commit.tree().get(like.name());
    return entry != null && entry.tableId().equals(like.tableId()) ? entry : null;
  }

  /** Whether both are there and have the same rows. */
  static boolean same(TableEntry one, TableEntry other) {
    return one != null && other != null && one.contentHash().equals(other.contentHash());
  }
}
