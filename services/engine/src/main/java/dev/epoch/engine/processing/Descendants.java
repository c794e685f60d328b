package dev.epoch.engine.processing;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a branch that shall go is needed for.
 *
 * <pre>
 *   main  --o
 *            \
 *   dev       a -- b            only next has a and b: dev is needed
 *                   \
 *   next             c          once main has b, dev is not needed any more
 * </pre>
 */
final class Descendants {
  private Descendants() {}

  /** Why a branch is not deleted without force, if others need it. */
  static Optional<Rejection> refuseDelete(RepositoryState state, BranchState branch) {
    List<String> merges = waitingMerges(state, branch);
    if (!merges.isEmpty()) {
      return Optional.of(
          new Rejection(
              Code.BRANCH_IN_USE,
              "Cannot delete branch '%s': its merge into %s is not finished"
                  .formatted(branch.name(), quoted(merges)),
              Map.of(
                  "branch",
                  branch.name(),
                  "merges",
                  merges,
                  "remedy",
                  "Finish it there (epoch merge --continue, or --abort), or delete with --force")));
    }
    List<String> needing = needing(state, branch);
    if (needing.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Rejection(
            Code.BRANCH_IN_USE,
            "Cannot delete branch '%s': %s made from it and stand%s on commits of it that no other"
                    .formatted(
                        branch.name(),
                        quoted(needing) + (needing.size() == 1 ? " was" : " were"),
                        needing.size() == 1 ? "s" : "")
                + " branch has",
            Map.of(
                "branch",
                branch.name(),
                "descendants",
                needing,
                "remedy",
                "Merge it, or delete "
                    + quoted(needing)
                    + " first; with --force the commits stay there")));
  }

  private static List<String> waitingMerges(RepositoryState state, BranchState branch) {
    return state.branches().byId().values().stream()
        .filter(other -> other.merge() != null && other.merge().verb().equals("merge"))
        .filter(other -> other.merge().source().equals(branch.name()))
        .map(BranchState::name)
        .sorted()
        .toList();
  }

  /** Branches made from it that have its commits, if no other branch has them. */
  private static List<String> needing(RepositoryState state, BranchState branch) {
    Set<BranchState> descendants = state.branches().descendants(branch.id());
    if (descendants.isEmpty()) {
      return List.of();
    }
    List<BranchState> others = new ArrayList<>(state.branches().byId().values());
    others.removeAll(descendants);
    others.removeIf(other -> other.id().equals(branch.id()));
    if (reached(state, branch, others)) {
      return List.of();
    }
    return descendants.stream()
        .filter(descendant -> reached(state, branch, List.of(descendant)))
        .map(BranchState::name)
        .sorted()
        .toList();
  }

  private static boolean reached(
      RepositoryState state, BranchState branch, Collection<BranchState> from) {
    return new Ancestry(state.commits())
        .isAncestorOfAny(
            new CommitId(branch.head()),
            from.stream().map(other -> new CommitId(other.head())).toList());
  }

  private static String quoted(List<String> names) {
    return names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
  }
}
