package dev.epoch.events;

import java.util.List;
import java.util.Objects;

/**
 * What branches are for, and how changes go from one to the next.
 *
 * @param strategy environment, gitflow, trunk
 * @param paths what may be merged into what; empty for the strategy's own paths
 * @param requireApproval whether promotions need an approved commit
 * @param autoMerge whether promotions without conflicts are committed at once
 * @param conflictStrategy what promotions do with conflicts unless they say it: manual, fail, ours,
 *     theirs
 */
public record BranchingSettings(
    String strategy,
    List<PromotionPath> paths,
    boolean requireApproval,
    boolean autoMerge,
    String conflictStrategy) {
  /** Environments without any path: everything may be merged into everything. */
  public static final BranchingSettings NONE =
      new BranchingSettings("environment", List.of(), false, true, "fail");

  public BranchingSettings {
    Objects.requireNonNull(strategy, "strategy");
    Objects.requireNonNull(conflictStrategy, "conflictStrategy");
    paths = paths == null ? List.of() : List.copyOf(paths);
  }

  /**
   * What may be merged into what.
   *
   * @param source name of branches, {@code *} for any characters
   * @param target likewise
   */
  public record PromotionPath(String source, String target) {
    public PromotionPath {
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(target, "target");
    }
  }
}
