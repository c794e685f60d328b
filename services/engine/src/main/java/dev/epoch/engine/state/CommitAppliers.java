package dev.epoch.engine.state;

import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.table.TableEntry;
import java.util.ArrayList;
import java.util.List;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

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
                .mapToInt(id -> state.commits().byId().get(id).generation())
                .max()
                .orElse(-1);
    CommitState commit =
        new CommitState(
            event.commit(),
            event.parents(),
            event.author(),
            event.message(),
            event.time(),
            generation,
            at.version(),
            changed,
            event.removedTables(),
            tree);

    BranchState branch = state.branches().byId().get(event.branchId());
    List<String> names = changed.stream().map(TableEntry::name).toList();
    BranchState moved =
        branch
            .withHead(event.commit(), HashTreePMap.from(event.locations()))
            .withStaged(branch.staged().minusAll(names).minusAll(event.removedTables()))
            .withMerge(null);
    RepositoryState next = state.withCommits(state.commits().with(commit)).withBranch(moved);
    return operation == null ? next : OperationAppliers.closed(next, operation.id());
  }
}
