package dev.epoch.storage.relational;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.relational.Registry.Branch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The branches that a database knows. */
final class RelationalBranches {
  private final RelationalStore store;

  RelationalBranches(RelationalStore store) {
    this.store = store;
  }

  Optional<String> put(BranchHandle branch, Map<String, BranchTable> tables) {
    try (RelationalSession session = store.begin(true)) {
      Optional<Branch> holder =
          store.registry.branches(session, branch.repository()).stream()
              .filter(other -> !other.dropped() && other.named())
              .filter(other -> other.name().equals(branch.name()))
              .filter(other -> !other.id().equals(branch.id()))
              .findFirst();
      boolean later = holder.isPresent() && holder.get().version() > branch.version();
      if (holder.isPresent() && !later) {
        store.registry.unname(session, holder.get().id());
      }
      long number = store.registry.put(session, branch, !later, false);
      store.registry.clearTables(session, number);
      tables.forEach((id, table) ->
          store
              .registry
              .table(session, id)
              .ifPresent(
                  known -> store.registry.setHead(session, number, known.number(), table.head())));
      session.commit();
      return holder.map(Branch::id);
    }
  }

  Set<String> ids(String repository) {
    try (RelationalSession session = store.begin(false)) {
      return store.registry.branches(session, repository).stream()
          .filter(branch -> !branch.dropped())
          .map(Branch::id)
          .collect(Collectors.toSet());
    }
  }

  /** Of those that are not forgotten, or whose name no other one has. */
  Map<String, String> names(String repository) {
    try (RelationalSession session = store.begin(false)) {
      List<Branch> branches = store.registry.branches(session, repository);
      Map<String, String> names = new HashMap<>();
      for (Branch branch : branches) {
        boolean taken =
            branch.dropped()
                && branches.stream()
                    .anyMatch(other -> !other.dropped() && other.name().equals(branch.name()));
        if (!taken) {
          names.put(branch.id(), branch.name());
        }
      }
      return names;
    }
  }

  void drop(BranchHandle branch) {
    try (RelationalSession session = store.begin(true)) {
      store.registry.dropBranch(session, branch.id());
      session.commit();
    }
  }

  List<String> reclaim(String repository, Set<String> kept, boolean dryRun) {
    try (RelationalSession session = store.begin(true)) {
      List<String> reclaimed = new ArrayList<>();
      for (Branch branch : store.registry.branches(session, repository)) {
        if (!branch.dropped() || kept.contains(branch.id())) {
          continue;
        }
        reclaimed.add(branch.id());
        if (!dryRun) {
          for (LayerTable table : store.registry.tables(session)) {
            session.execute(
                "DELETE FROM %s WHERE branch IN (%d, %d)"
                    .formatted(table.overlay(), branch.number(), -branch.number()));
          }
          store.registry.removeBranch(session, branch.number());
        }
      }
      session.commit();
      return reclaimed;
    }
  }
}
