package dev.epoch.engine.state;

import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.table.TableEntry;
import java.util.ArrayList;
import java.util.List;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PSet;

final class CommitAppliers {
  private CommitAppliers() {}

  static RepositoryState created(RepositoryState state, CommitCreatedV1 event, Occurrence at) {
    List<TableEntry> changed = new ArrayList<>();
    OperationState operation =
        event.operationId() == null ? null : state.operations().get(event.operationId());
    if (operation != null) {
      changed.addAll(operation.recorded());
    }
    changed.addAll(event.tables());

    CommitState parent = state.commits().byId().get(event.parents().getFirst());
    PMap<String, TableEntry> tree = parent.tree();
    for (String name : event.removedTables()) {
      tree = tree.minus(name);
    }
    for (TableEntry entry : changed) {
      tree = tree.plus(entry.name(), entry);
    }
    int generation =
        1
            + event.parents().stream()
                .mapToInt(id -> state.commits().generation(state.commits().number(id)))
                .max()
                .orElse(-1);
    CommitState commit =
        new CommitState(
            event.commit(),
            event.parents(),
            event.author(),
            operation == null ? at.actor() : operation.actor(),
            event.message(),
            event.time(),
            generation,
            at.version(),
            changed,
            event.removedTables(),
            tree);

    BranchState branch = state.branches().byId().get(event.branchId());
    BranchState moved =
        branch
            .withHead(event.commit(), HashTreePMap.from(event.locations()))
            .withStaged(staged(state, branch, operation, commit));
    RepositoryState next =
        state
            .withCommits(state.commits().with(commit))
            .withTables(state.tables().withSchemas(event.schemas()));
    next =
        TableAppliers.dropped(
            next,
            branch,
            event.removedTables().stream().map(name -> parent.tree().get(name).tableId()).toList());
    if (event.live()) {
      return OperationAppliers.goesOn(next.withBranch(moved), operation);
    }
    next = next.withBranch(ReplayAppliers.committed(moved, operation).withMerge(null));
    return operation == null ? next : OperationAppliers.closed(next, operation.id());
  }

  /** Without what the commit took, also where no row of it had changed in the end. */
  private static PSet<String> staged(
      RepositoryState state, BranchState branch, OperationState operation, CommitState commit) {
    PSet<String> staged = branch.staged().minusAll(commit.removed());
    for (TableEntry entry : commit.changed()) {
      staged = staged.minus(entry.name());
    }
    if (operation != null && operation.plan() instanceof OperationPlan.Commit plan) {
      for (String id : plan.tables()) {
        staged = staged.minus(state.tables().byId().get(id).name());
      }
    }
    return staged;
  }
}
