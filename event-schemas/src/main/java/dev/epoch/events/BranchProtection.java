package dev.epoch.events;

import java.util.List;

/**
 * Who may move the heads of branches, and how.
 *
 * @param requireReview whether the head moves only by merges of commits that were approved
 * @param approvals how many a commit needs, 0 without review
 * @param dismissStale whether approvals of earlier commits of what is merged do not count
 * @param noForcePush whether resets, rebases, renames and deletions are refused
 * @param mergers who may merge into it, by id, name or address; null for everybody
 * @param committers who may commit to it directly; null for everybody unless it needs reviews
 * @param conflictStrategy what merges do with conflicts unless they say it: manual, fail, ours,
 *     theirs, or null
 */
public record BranchProtection(
    boolean requireReview,
    long approvals,
    boolean dismissStale,
    boolean noForcePush,
    List<String> mergers,
    List<String> committers,
    String conflictStrategy) {
  public BranchProtection {
    mergers = mergers == null ? null : List.copyOf(mergers);
    committers = committers == null ? null : List.copyOf(committers);
  }
}
