package dev.epoch.gateway.branch;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Lineage;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Branches that have done their work: the default branch has all of their commits. */
public final class MergedBranches {
  private final BranchService branches;

  public MergedBranches(BranchService branches) {
    this.branches = branches;
  }

  /**
   * What was deleted, or would be.
   *
   * @param deleted names
   * @param kept by name, why a merged branch could not be deleted
   */
  public record Deleted(List<String> deleted, Map<String, String> kept) {}

  /**
   * Deletes merged branches, each as whoever asks could delete it without force: uncommitted work,
   * an open merge, a protection or a hook keeps it.
   *
   * @param before only those whose last commit is older
   * @param dryRun whether only to tell which are merged
   */
  public Deleted delete(LiveRepository repository, Instant before, boolean dryRun, Caller caller) {
    List<String> deleted = new ArrayList<>();
    Map<String, String> kept = new LinkedHashMap<>();
    for (String name : names(repository.state(), before)) {
      try {
        if (!dryRun) {
          branches.delete(repository, name, false, caller.another());
        }
        deleted.add(name);
      } catch (RefusedException refusal) {
        kept.put(name, refusal.getMessage());
      }
    }
    return new Deleted(deleted, kept);
  }

  /** A branch without a commit of its own has not begun yet: it is not among them. */
  private static List<String> names(RepositoryState state, Instant before) {
    BranchState main = state.defaultBranch();
    return state.branches().byId().values().stream()
        .filter(branch -> !state.isDefault(branch))
        .filter(branch -> {
          CommitState head = state.head(branch);
          return head.time().isAfter(branch.createdAt())
              && head.time().isBefore(before)
              && Lineage.isAncestor(state, head.id(), main.head());
        })
        .sorted(Comparator.comparing(BranchState::name))
        .map(BranchState::name)
        .toList();
  }
}
