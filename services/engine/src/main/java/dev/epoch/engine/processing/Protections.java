package dev.epoch.engine.processing;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.Review;
import dev.epoch.events.Actor;
import dev.epoch.events.BranchProtection;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.model.access.Verb;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.ref.NamePattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who may move the heads of protected branches, and how. The server itself may: it commits what
 * applications have done, and settles what was begun.
 *
 * <pre>
 *                          commit, revert,      merge                reset, rebase,
 *                          cherry-pick, write                        rename, delete
 *   committers             those only           everybody            those only
 *   mergers                everybody            those only           everybody
 *   require review         committers only      approved commits     refused
 *   no force push          everybody            everybody            refused
 * </pre>
 *
 * Of several patterns that a name matches, the strictest counts, thing by thing.
 */
public final class Protections {
  private Protections() {}

  /** How a branch of this name is protected; empty if it is not. */
  public static Optional<BranchProtection> of(RepositoryState state, String branch) {
    return new TreeMap<>(state.profile().protections())
        .entrySet().stream()
            .filter(entry -> new NamePattern(entry.getKey()).matches(branch))
            .map(Map.Entry::getValue)
            .reduce(Protections::both);
  }

  private static BranchProtection both(BranchProtection one, BranchProtection other) {
    return new BranchProtection(
        one.requireReview() || other.requireReview(),
        Math.max(one.approvals(), other.approvals()),
        one.dismissStale() || other.dismissStale(),
        one.noForcePush() || other.noForcePush(),
        common(one.mergers(), other.mergers()),
        common(one.committers(), other.committers()),
        one.conflictStrategy() == null ? other.conflictStrategy() : one.conflictStrategy());
  }

  private static List<String> common(List<String> some, List<String> others) {
    if (some == null || others == null) {
      return some == null ? others : some;
    }
    List<String> both = new ArrayList<>(some);
    both.retainAll(others);
    return both;
  }

  /**
   * Why whoever asks may not change the branch but by a merge: by commits, or records for them.
   *
   * @param what is asked for, such as {@code commit to}
   */
  public static Optional<Rejection> refuseCommit(
      RepositoryState state, BranchState branch, Actor actor, String what) {
    return refuseCommit(state, branch.name(), actor, what);
  }

  /** The same of a branch of tables or of a catalog, by its name. */
  public static Optional<Rejection> refuseCommit(
      RepositoryState state, String branch, Actor actor, String what) {
    return of(state, branch)
        .filter(protection -> !own(actor) && !mayCommit(protection, actor))
        .map(protection ->
            refused(
                branch,
                what,
                protection.requireReview() ? "it takes reviewed merges" : "it takes merges",
                protection.committers(),
                "Commit to another branch, and merge that"));
  }

  private static boolean mayCommit(BranchProtection protection, Actor actor) {
    return protection.committers() == null
        ? !protection.requireReview()
        : isAmong(protection.committers(), actor);
  }

  /** Why whoever asks may not take the branch elsewhere. */
  static Optional<Rejection> refuseForce(
      RepositoryState state, BranchState branch, Actor actor, String what) {
    return refuseForce(state, branch.name(), actor, what);
  }

  /** The same of a branch of tables or of a catalog, by its name. */
  public static Optional<Rejection> refuseForce(
      RepositoryState state, String branch, Actor actor, String what) {
    return of(state, branch)
        .filter(protection -> !own(actor))
        .filter(protection ->
            protection.noForcePush() || protection.requireReview() || !mayCommit(protection, actor))
        .map(protection ->
            refused(
                branch,
                what,
                "commits of it would be lost, or its name",
                null,
                "Revert commits instead, or end the protection: epoch branch unprotect"));
  }

  /**
   * Why the commit may not be merged by whoever asks.
   *
   * @param source as they name it
   */
  static Optional<Rejection> refuseMerge(
      RepositoryState state, BranchState target, String source, String commit, Actor actor) {
    if (own(actor)) {
      return Optional.empty();
    }
    Optional<BranchProtection> protection = of(state, target.name());
    Optional<Rejection> merger =
        protection
            .filter(rules -> rules.mergers() != null && !isAmong(rules.mergers(), actor))
            .map(rules ->
                refused(
                    target.name(),
                    "merge into",
                    "not everybody may",
                    rules.mergers(),
                    "Ask one of them"));
    boolean promotion = Promotions.isTarget(state, target);
    long approvals = protection.map(BranchProtection::approvals).orElse(0L);
    if (protection.map(BranchProtection::requireReview).orElse(false)
        || promotion && state.profile().branching().requireApproval()) {
      approvals = Math.max(1, approvals);
    }
    long needed = approvals;
    boolean stale = protection.map(BranchProtection::dismissStale).orElse(true);
    return merger
        .or(() -> Promotions.refuse(state, target, source, commit))
        .or(() ->
            needed == 0 ? Optional.empty() : review(state, target, source, commit, needed, stale));
  }

  private static Optional<Rejection> review(
      RepositoryState state,
      BranchState target,
      String source,
      String commit,
      long needed,
      boolean dismissStale) {
    Set<String> approved = new TreeSet<>();
    Set<String> rejected = new TreeSet<>();
    for (Review review : reviews(state, commit, dismissStale)) {
      (review.approves() ? approved : rejected).add(review.actor().id());
    }
    approved.removeAll(rejected);
    if (rejected.isEmpty() && approved.size() >= needed) {
      return Optional.empty();
    }
    String shortId = Refusals.abbreviated(commit);
    Map<String, Object> details = new HashMap<>();
    details.put("branch", target.name());
    details.put("source", source);
    details.put("commit", commit);
    details.put("approvals", approved.size());
    details.put("approvals_needed", needed);
    details.put("rejected_by", List.copyOf(rejected));
    details.put("remedy", "epoch review approve, by somebody who did not write it");
    return Optional.of(
        new Rejection(
            Code.BRANCH_PROTECTED,
            rejected.isEmpty()
                ? "Branch '%s' is protected: commit %s has %d of %d approval(s)"
                    .formatted(target.name(), shortId, approved.size(), needed)
                : "Branch '%s' is protected: %s rejected commit %s"
                    .formatted(target.name(), String.join(", ", rejected), shortId),
            details));
  }

  /** What counts for a commit: reviews of it; unless they go stale, also of what it is based on. */
  static List<Review> reviews(RepositoryState state, String commit, boolean dismissStale) {
    Ancestry ancestry = new Ancestry(state.commits());
    return state.branches().reviews().values().stream()
        .flatMap(ofBranch -> ofBranch.values().stream())
        .filter(review ->
            review.commit().equals(commit)
                || !dismissStale
                    && state.commits().contains(review.commit())
                    && ancestry.isAncestor(new CommitId(review.commit()), new CommitId(commit)))
        .toList();
  }

  /**
   * Why a step of a merge, revert, cherry-pick, rebase or reset may not move the head.
   *
   * @param verb as operations have it
   * @param commit that is merged, or that the branch moves to
   */
  static Optional<Rejection> refuseStep(
      RepositoryState state,
      BranchState branch,
      String verb,
      String source,
      String commit,
      Actor actor) {
    return switch (verb) {
      case "merge" -> refuseMerge(state, branch, source, commit, actor);
      case "revert" ->
          takesHeadBack(state, branch, commit)
              ? refuseMerger(state, branch, actor)
              : refuseCommit(state, branch, actor, "revert on");
      case "cherry_pick" -> refuseCommit(state, branch, actor, "cherry-pick onto");
      case "rebase" -> refuseForce(state, branch, actor, "rebase");
      // a replay that is given up moves back to where it began
      case "reset" ->
          branch.replay() != null && commit.equals(branch.replay().from())
              ? Optional.empty()
              : refuseForce(state, branch, actor, "reset");
      default -> throw new IllegalArgumentException("unknown verb " + verb);
    };
  }

  /** A revert of the head itself: the branch is what it was, and what was reviewed. */
  static boolean takesHeadBack(RepositoryState state, BranchState branch, String parent) {
    return parent.equals(state.commits().firstParent(branch.head()));
  }

  /** Why nobody, or not who asks, may merge into a branch of a catalog: it has no reviews. */
  public static Optional<Rejection> refuseCatalogMerge(
      RepositoryState state, String branch, Actor actor) {
    return refuseOthers(state, branch, actor)
        .or(() ->
            of(state, branch)
                .filter(rules -> !own(actor) && rules.requireReview())
                .map(_ ->
                    refused(
                        branch,
                        "merge into",
                        "it takes reviewed merges, and commits of catalogs are not reviewed",
                        null,
                        "Say who may merge instead of asking for reviews: epoch branch protect")));
  }

  /**
   * Why whoever asks may never do it on the branch, whatever is merged or committed.
   *
   * @param verb commit or merge; about others protections say nothing
   */
  public static Optional<Rejection> refuse(
      RepositoryState state, String branch, Actor actor, Verb verb) {
    return switch (verb) {
      case COMMIT -> refuseCommit(state, branch, actor, "commit to");
      case MERGE -> refuseOthers(state, branch, actor);
      case READ, ALTER, BRANCH, REVIEW, MANAGE, ADMINISTER -> Optional.empty();
    };
  }

  /** Why whoever asks may never merge into the branch. */
  static Optional<Rejection> refuseOthers(RepositoryState state, BranchState branch, Actor actor) {
    return refuseOthers(state, branch.name(), actor);
  }

  private static Optional<Rejection> refuseOthers(
      RepositoryState state, String branch, Actor actor) {
    return of(state, branch)
        .filter(rules -> !own(actor) && rules.mergers() != null && !isAmong(rules.mergers(), actor))
        .map(rules ->
            refused(branch, "merge into", "not everybody may", rules.mergers(), "Ask one of them"));
  }

  static Optional<Rejection> refuseMerger(RepositoryState state, BranchState branch, Actor actor) {
    return of(state, branch.name())
        .filter(rules -> !own(actor) && !mayCommit(rules, actor))
        .filter(rules -> rules.mergers() != null && !isAmong(rules.mergers(), actor))
        .map(rules ->
            refused(
                branch.name(),
                "revert on",
                "not everybody may",
                rules.mergers(),
                "Ask one of them"));
  }

  private static boolean own(Actor actor) {
    return actor.id().startsWith(Actor.OWN);
  }

  private static boolean isAmong(List<String> names, Actor actor) {
    return names.stream()
        .anyMatch(name ->
            name.equals(actor.id())
                || !name.isEmpty() && (name.equals(actor.email()) || name.equals(actor.name())));
  }

  private static Rejection refused(
      String branch, String what, String why, List<String> allowed, String remedy) {
    Map<String, Object> details = new HashMap<>();
    details.put("branch", branch);
    details.put("remedy", remedy);
    if (allowed != null) {
      details.put("allowed", allowed);
    }
    return new Rejection(
        Code.BRANCH_PROTECTED,
        "Cannot %s '%s': the branch is protected, %s".formatted(what, branch, why),
        details);
  }
}
