package dev.epoch.api.branch;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.epoch.api.commit.CommitView;
import dev.epoch.engine.processing.ExpiryProcessor;
import dev.epoch.engine.processing.Protections;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.BranchTraits;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.projections.history.BranchRow;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A branch. */
@Schema(name = "Branch")
public record BranchView(
    String name,
    @Schema(description = "Null before the first commit") String headCommitId,
    boolean isProtected,
    Instant createdAt,
    boolean isDefault,
    @Schema(description = "Null for a branch that stays") Expiry expiry,
    @Schema(
            description =
                "Whether columns that sequences feed take their values from sequences of the branch's own")
        boolean ownSequences,
    @Schema(description = "Whether it versions schemas and no rows") boolean schemaOnly) {

  /** When a branch is deleted by itself, some grace after that. */
  @Schema(name = "BranchExpiry")
  public record Expiry(
      Instant at,
      @Schema(description = "Whether it goes with work that is nowhere else") boolean work,
      @Schema(
              description =
                  "Why it stays although its time has come: default branch, protected, open merge, not merged; else null. Changes that are not committed are a reason, too")
          String held) {

    static Expiry of(RepositoryState state, BranchState branch) {
      return state
          .branches()
          .expiry(branch)
          .map(expiry ->
              new Expiry(
                  expiry.at(),
                  expiry.work(),
                  expiry.at().isAfter(Instant.now())
                      ? null
                      : ExpiryProcessor.held(state, branch).orElse(null)))
          .orElse(null);
    }

    static Expiry of(RepositoryState state, String name) {
      return state.branch(name).map(branch -> of(state, branch)).orElse(null);
    }
  }

  public static BranchView of(RepositoryState state, BranchState branch) {
    return new BranchView(
        branch.name(),
        CommitView.idOf(state, branch.head()),
        isProtected(state, branch.name()),
        branch.createdAt(),
        state.isDefault(branch),
        Expiry.of(state, branch),
        branch.traits().ownSequences(),
        branch.traits().schemaOnly());
  }

  /** As projected; its protection as the repository has it now. */
  public static BranchView of(RepositoryState state, BranchRow branch) {
    BranchTraits traits = traits(state.branch(branch.name()));
    return new BranchView(
        branch.name(),
        branch.headId(),
        isProtected(state, branch.name()),
        branch.createdAt(),
        branch.isDefault(),
        Expiry.of(state, branch.name()),
        traits.ownSequences(),
        traits.schemaOnly());
  }

  private static BranchTraits traits(Optional<BranchState> branch) {
    return branch.map(BranchState::traits).orElse(BranchTraits.NONE);
  }

  private static boolean isProtected(RepositoryState state, String name) {
    return Protections.of(state, name).isPresent();
  }

  /**
   * A branch as it was created, also where the answer is given once more and it is gone or moved.
   */
  public static BranchView created(StepResult created, String name) {
    RepositoryState state = created.state();
    Optional<BranchState> now = state.branch(name);
    String head =
        created.former().isPresent() ? created.formerFacts().get("head") : now.orElseThrow().head();
    return new BranchView(
        name,
        CommitView.idOf(state, head),
        isProtected(state, name),
        now.map(BranchState::createdAt).orElse(null),
        now.map(state::isDefault).orElse(false),
        Expiry.of(state, name),
        traits(now).ownSequences(),
        traits(now).schemaOnly());
  }

  /** All branches, by name, and the one that the actor works on. */
  @Schema(name = "Branches")
  public record Listing(List<BranchView> branches, String current) {}

  /** A branch and what is on it. */
  @Schema(name = "BranchInfo")
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Info(
      @JsonUnwrapped BranchView branch,
      boolean isCurrent,
      @Schema(description = "The default branch, which the counts compare with") String comparedTo,
      @Schema(description = "Commits that the default branch lacks") long aheadCount,
      @Schema(description = "Commits of the default branch that this one lacks") long behindCount,
      @Schema(description = "Commits in its history") long commitCount,
      @Schema(description = "Tables at its head") int tableCount,
      @Schema(description = "Records at its head") long recordCount,
      boolean mergeInProgress) {}

  /** Where a checkout leads. */
  @Schema(name = "CheckedOut")
  public record CheckedOut(String status, String branch, String commitId) {}

  /** How two branches diverged. */
  @Schema(name = "BranchComparison")
  public record Comparison(
      String sourceBranch,
      String targetBranch,
      @Schema(description = "Commits of source that target lacks") long aheadCount,
      @Schema(description = "Commits of target that source lacks") long behindCount,
      @Schema(description = "Whether target could move to source without a merge")
          boolean canFastForward,
      @Schema(description = "Best common ancestor, null if there is none") String mergeBaseId) {}
}
