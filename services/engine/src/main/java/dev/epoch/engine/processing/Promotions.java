package dev.epoch.engine.processing;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.BranchingSettings;
import dev.epoch.events.BranchingSettings.PromotionPath;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.ref.NamePattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What may be merged into what. A commit may come into a branch that is the target of a path if a
 * branch that matches a source of it holds that commit, whatever the merge calls it.
 */
public final class Promotions {
  private Promotions() {}

  /** The paths of a repository, with its strategy's own where none are given. */
  public static List<PromotionPath> paths(RepositoryState state) {
    BranchingSettings settings = state.profile().branching();
    if (!settings.paths().isEmpty()) {
      return settings.paths();
    }
    String main = state.defaultBranch().name();
    return switch (settings.strategy()) {
      case "gitflow" ->
          List.of(
              path("feature/*", "develop"),
              path("bugfix/*", "develop"),
              path("release/*", "develop"),
              path("hotfix/*", "develop"),
              path(main, "develop"),
              path("develop", "release/*"),
              path("bugfix/*", "release/*"),
              path("release/*", main),
              path("hotfix/*", main));
      case "trunk" -> List.of(path("*", main), path(main, "*"));
      default -> List.of();
    };
  }

  private static PromotionPath path(String source, String target) {
    return new PromotionPath(source, target);
  }

  /** Whether merges into the branch are promotions. */
  public static boolean isTarget(RepositoryState state, BranchState branch) {
    return paths(state).stream().anyMatch(path -> matches(path.target(), branch));
  }

  private static boolean matches(String pattern, BranchState branch) {
    return new NamePattern(pattern).matches(branch.name());
  }

  /** Why the commit may not be merged into the branch. */
  static Optional<Rejection> refuse(
      RepositoryState state, BranchState target, String source, String commit) {
    Set<String> sources = new LinkedHashSet<>();
    for (PromotionPath path : paths(state)) {
      if (matches(path.target(), target)) {
        sources.add(path.source());
      }
    }
    if (sources.isEmpty() || isOnOne(state, sources, commit)) {
      return Optional.empty();
    }
    Map<String, Object> details = new HashMap<>();
    details.put("branch", target.name());
    details.put("source", source);
    details.put("sources", List.copyOf(sources));
    details.put("path", way(state, target.name()));
    details.put("remedy", "Merge it into " + String.join(" or ", sources) + " first");
    return Optional.of(
        new Rejection(
            Code.PROMOTION_PATH,
            "'%s' cannot be merged into '%s': changes come there by %s"
                .formatted(source, target.name(), way(state, target.name())),
            details));
  }

  private static boolean isOnOne(RepositoryState state, Set<String> sources, String commit) {
    Ancestry ancestry = new Ancestry(state.commits());
    return state.branches().byId().values().stream()
        .filter(branch -> sources.stream().anyMatch(pattern -> matches(pattern, branch)))
        .anyMatch(branch -> ancestry.isAncestor(new CommitId(commit), new CommitId(branch.head())));
  }

  /** Such as {@code development -> staging -> production}; alternatives in their turn. */
  private static String way(RepositoryState state, String target) {
    List<String> way = new ArrayList<>(List.of(target));
    Set<String> seen = new LinkedHashSet<>(way);
    String at = target;
    while (at != null) {
      String here = at;
      List<String> before =
          paths(state).stream()
              .filter(path -> new NamePattern(path.target()).matches(here))
              .map(PromotionPath::source)
              .filter(seen::add)
              .toList();
      if (!before.isEmpty()) {
        way.addFirst(String.join(" or ", before));
      }
      at = before.size() == 1 ? before.getFirst() : null;
    }
    return String.join(" -> ", way);
  }
}
