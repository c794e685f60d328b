package dev.epoch.gateway.merge;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.Outcome;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.ConflictSettings;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.ReplayCommitsV1;
import dev.epoch.events.command.SkipCommitV1;
import dev.epoch.gateway.branch.BranchMover;
import dev.epoch.gateway.commit.WorkingSetService;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.storage.CleanupService;
import dev.epoch.gateway.stream.BranchTurn;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.CleanupGuard;
import dev.epoch.gateway.stream.Lineage;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reverts, cherry-picks and rebases. One that meets conflicts waits on the branch, like a merge,
 * until {@link MergeService#continueMerge}, {@link MergeService#abort} or {@link #skip}.
 */
public final class ReplayService {
  private static final String REPLAY = "replay-commits";
  private static final String SKIP = "skip-commit";
  private static final String BEGUN = "begun";

  private final WorkingSetService workingSets;
  private final CleanupService cleanups;
  private final ReplayRunner runner;

  public ReplayService(
      WorkingSetService workingSets, CleanupService cleanups, ReplayRunner runner) {
    this.workingSets = workingSets;
    this.cleanups = cleanups;
    this.runner = runner;
  }

  /**
   * What to replay.
   *
   * @param branch name
   * @param verb revert, cherry_pick, rebase
   * @param commits as the user names them, in order; for a rebase the one to stand on
   * @param mainline of merge commits: number of the parent that their changes are seen against, 0
   *     for the first
   * @param strategy THREE_WAY, OURS or THEIRS, in any case, or null
   * @param message of the commit, or null; only for a single one
   * @param author of the commits, or null for theirs; of a revert the caller
   * @param liveChanges {@code commit} or {@code refuse}, null for the repository's setting
   * @param noCommit leave the result open for its commit; only for a single one
   * @param failOnConflict refuse instead of leaving conflicts open; only for a single one
   * @param expectedHead refuse if the branch stands elsewhere, or null
   * @param rules what settles conflicts before the settings of the repository do, or null
   * @param allowDestructive whether it may take away what live tables have, such as a column; only
   *     for a single one
   */
  public record Request(
      String branch,
      String verb,
      List<String> commits,
      int mainline,
      String strategy,
      String message,
      Actor author,
      String liveChanges,
      boolean noCommit,
      boolean failOnConflict,
      String expectedHead,
      ConflictSettings rules,
      boolean allowDestructive) {

    /** Without taking anything of live tables away. */
    public Request(
        String branch,
        String verb,
        List<String> commits,
        int mainline,
        String strategy,
        String message,
        Actor author,
        String liveChanges,
        boolean noCommit,
        boolean failOnConflict,
        String expectedHead,
        ConflictSettings rules) {
      this(
          branch,
          verb,
          commits,
          mainline,
          strategy,
          message,
          author,
          liveChanges,
          noCommit,
          failOnConflict,
          expectedHead,
          rules,
          false);
    }
  }

  public Merged replay(LiveRepository repository, Request request, Caller caller) {
    String strategy = MergeService.strategy(request.strategy());
    if (strategy.equals("fast_forward")) {
      throw validation("Strategy fast_forward is for merges", "three_way, ours or theirs");
    }
    return new BranchTurn(repository, RecordType.REPLAY_COMMITS_V1, caller)
        .on(
            request.branch(),
            step -> MergeService.former(step, request.branch(), request.commits().getFirst()),
            (state, branch) -> {
              if (isBegun(state, branch, caller)) {
                return runner.goOn(repository, branch.id(), REPLAY, caller);
              }
              CommitState first =
                  new References(state, branch).commit(request.commits().getFirst());
              try (CleanupGuard.Use _ = cleanups.use(repository, first)) {
                return replay(repository, state, branch, request, strategy, caller);
              }
            });
  }

  private Merged replay(
      LiveRepository repository,
      RepositoryState state,
      BranchState branch,
      Request request,
      String strategy,
      Caller caller) {
    boolean rebase = request.verb().equals("rebase");
    References references = new References(state, branch);
    CommitState first = references.commit(request.commits().getFirst());
    List<String> commits =
        rebase
            ? rebased(state, branch, first)
            : request.commits().stream().map(references::commit).map(CommitState::id).toList();
    boolean upToDate = rebase && Lineage.isAncestor(state, first.id(), branch.head());
    if (rebase && upToDate && linear(state, branch, first)) {
      commits = List.of();
      first = state.head(branch);
    }
    if (commits.size() != 1
        && (request.noCommit() || request.failOnConflict() || request.allowDestructive())) {
      throw validation(
          "no_commit, fail_on_conflict and allow_destructive are for a single commit",
          "Replay one at a time");
    }
    if (rebase) {
      requireClean(state, branch);
      BranchMover.requireFittingTables(state, branch, first);
    }
    String liveChanges = MergeService.liveChanges(state, request.liveChanges());
    ReplayCommitsV1 command =
        new ReplayCommitsV1(
            branch.name(),
            request.verb(),
            String.join(" ", request.commits()),
            commits,
            request.mainline(),
            rebase ? first.id() : null,
            strategy,
            request.message(),
            request.author(),
            request.noCommit(),
            request.failOnConflict(),
            request.expectedHead(),
            liveChanges,
            request.rules());
    boolean upToDateNow = rebase && commits.isEmpty() && first.id().equals(branch.head());
    boolean alone = !rebase && commits.size() == 1;
    Caller begins = begun(state, caller).isPresent() ? caller.withoutKey() : caller.step(BEGUN);
    StepResult started =
        repository.step(command, upToDateNow || alone ? caller : begins).orRefuse();
    if (started.former().isPresent() || !started.formerFacts().isEmpty()) {
      return MergeService.former(started, branch.name(), command.source());
    }
    if (upToDateNow) {
      return upToDate(started, branch);
    }
    if (alone) {
      return runner.one(
          repository,
          branch,
          new ReplayRunner.Step(
              request.verb(),
              commits.getFirst(),
              request.mainline(),
              strategy,
              request.message(),
              ReplayRunner.author(request.verb(), request.author(), caller),
              liveChanges,
              request.noCommit(),
              request.failOnConflict(),
              REPLAY,
              request.rules(),
              request.allowDestructive()),
          caller);
    }
    return runner.goOn(repository, branch.id(), REPLAY, caller);
  }

  /** Leaves out the commit that the replay stopped at, and goes on. */
  public Merged skip(LiveRepository repository, String branch, Caller caller) {
    return new BranchTurn(repository, RecordType.SKIP_COMMIT_V1, caller)
        .on(
            branch,
            step -> MergeService.former(step, branch, branch),
            (_, target) -> {
              repository.step(new SkipCommitV1(branch), caller.step("skipped")).orRefuse();
              return runner.goOn(repository, target.id(), SKIP, caller);
            });
  }

  /** Whether the branch has the replay that the same request began, before it was repeated. */
  private static boolean isBegun(RepositoryState state, BranchState branch, Caller caller) {
    return begun(state, caller)
        .filter(begun ->
            branch.replay() == null || branch.replay().from().equals(begun.facts().get("from")))
        .isPresent();
  }

  private static Optional<Outcome.Done> begun(RepositoryState state, Caller caller) {
    return state.outcomes().of(caller.step(BEGUN).key(REPLAY)).stream()
        .filter(Outcome.Done.class::isInstance)
        .map(Outcome.Done.class::cast)
        .findFirst();
  }

  private static Merged upToDate(StepResult step, BranchState branch) {
    return new Merged(
        branch.name(),
        branch.name(),
        true,
        false,
        Map.of(),
        step.state().head(branch),
        null,
        step.state(),
        step.position());
  }

  /** The branch's own commits, oldest first; merges are left out, as git does. */
  private static List<String> rebased(RepositoryState state, BranchState branch, CommitState onto) {
    List<String> commits = new ArrayList<>();
    String commit = branch.head();
    while (!Lineage.isAncestor(state, commit, onto.id())) {
      if (state.commits().parents(commit).size() == 1) {
        commits.add(commit);
      }
      commit = state.commits().firstParent(commit);
    }
    Collections.reverse(commits);
    return commits;
  }

  /** Whether every commit since that one has a single parent. */
  private static boolean linear(RepositoryState state, BranchState branch, CommitState since) {
    String commit = branch.head();
    while (!commit.equals(since.id())) {
      if (state.commits().parents(commit).size() != 1) {
        return false;
      }
      commit = state.commits().firstParent(commit);
    }
    return true;
  }

  private void requireClean(RepositoryState state, BranchState branch) {
    List<String> uncommitted = List.copyOf(workingSets.pending(state, branch).keySet());
    if (!uncommitted.isEmpty()) {
      throw MergeRefusals.uncommitted(branch.name(), uncommitted);
    }
  }

  private static RefusedException validation(String message, String remedy) {
    return new RefusedException(Code.VALIDATION, message, Map.of("remedy", remedy));
  }
}
