package dev.epoch.api.branch;

import dev.epoch.events.BranchProtection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How branches are protected. */
@Schema(name = "Protection")
public record ProtectionView(
    @Schema(description = "Name of branches, * for any characters") String pattern,
    @Schema(description = "Whether the head moves only by merges of approved commits")
        boolean requireReview,
    long approvals,
    @Schema(description = "Whether approvals of earlier commits do not count") boolean dismissStale,
    @Schema(description = "Whether resets, rebases, renames and deletions are refused")
        boolean noForcePush,
    @Schema(description = "Who may merge into it; null for everybody") List<String> mergers,
    @Schema(description = "Who may commit directly; null for everybody unless it needs reviews")
        List<String> committers,
    @Schema(description = "What merges do with conflicts unless they say it")
        String conflictStrategy) {

  public static ProtectionView of(String pattern, BranchProtection protection) {
    return new ProtectionView(
        pattern,
        protection.requireReview(),
        protection.approvals(),
        protection.dismissStale(),
        protection.noForcePush(),
        protection.mergers(),
        protection.committers(),
        protection.conflictStrategy());
  }

  /** All of a repository, by pattern. */
  @Schema(name = "Protections")
  public record Listing(List<ProtectionView> protections) {
    public static Listing of(Map<String, BranchProtection> all) {
      return new Listing(
          new TreeMap<>(all)
              .entrySet().stream().map(entry -> of(entry.getKey(), entry.getValue())).toList());
    }

    private static ProtectionView of(String pattern, BranchProtection protection) {
      return ProtectionView.of(pattern, protection);
    }
  }

  /** What somebody said last about the head of a branch. */
  @Schema(name = "Review")
  public record ReviewView(
      String reviewer,
      String reviewerName,
      String commit,
      @Schema(description = "approve, reject") String verdict,
      String comment,
      Instant createdAt,
      @Schema(description = "Whether the branch still stands at that commit") boolean current) {}

  /** Reviews of a branch, the latest first. */
  @Schema(name = "Reviews")
  public record Reviews(
      String branch,
      String commit,
      @Schema(description = "Of the commit at which the branch stands") long approvals,
      List<ReviewView> reviews) {}
}
