package dev.epoch.gateway.merge;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.MergeState;
import dev.epoch.engine.state.Replay;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.ConflictSettings;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.branch.BranchMover;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.Attempt;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Replays commits: each is a merge of one side of it, compared with the other side.
 *
 * <pre>
 *   cherry-pick, rebase   base = its parent    source = the commit
 *   revert                base = the commit    source = its parent
 * </pre>
 */
public final class ReplayRunner {
  private static final Logger LOG = Logger.getLogger(ReplayRunner.class.getName());
  private static final String SETTLED = "settled";

  private final MergeExecution execution;
  private final BranchMover mover;
  private final RebaseStart rebases;

  public ReplayRunner(Backends backends, MergeExecution execution, BranchMover mover) {
    this.execution = execution;
    this.mover = mover;
    this.rebases = new RebaseStart(backends, execution, mover);
  }

  /** What one commit of a replay is to become. */
  record Step(
      String verb,
      String commit,
      long mainline,
      String strategy,
      String message,
      Actor author,
      String liveChanges,
      boolean noCommit,
      boolean failOnConflict,
      String command,
      ConflictSettings rules,
      boolean allowDestructive) {}

  /** One commit, that is not part of a longer replay. */
  Merged one(LiveRepository repository, BranchState branch, Step step, Caller caller) {
    return run(repository, intent(repository.state(), branch, step), caller);
  }

  /** The commit that a merge stopped at, which can be committed now, and those after it. */
  Merged settled(LiveRepository repository, MergeIntent intent, Caller caller) {
    boolean alone = repository.state().branches().byId().get(intent.targetId()).replay() == null;
    if (alone) {
      return run(repository, intent, caller);
    }
    Attempt settles = Attempt.of(repository.state(), caller.step(SETTLED), intent.command());
    try {
      Merged settled = runOrSkip(repository, intent, settles.caller());
      if (!settled.conflicts().isEmpty()) {
        return stopped(repository, settled, intent.command(), caller);
      }
    } catch (TargetMovedException _) {
      // an earlier try was settled meanwhile
    }
    return goOn(repository, intent.targetId(), intent.command(), caller);
  }

  /**
   * What is left of the replay of a branch, until it ends or meets conflicts; also of one that was
   * cut short.
   */
  Merged goOn(LiveRepository repository, String branchId, String command, Caller caller) {
    Caller steps = caller.withoutKey();
    while (true) {
      RepositoryState state = repository.state();
      BranchState branch = state.branches().byId().get(branchId);
      Replay replay = branch.replay();
      if (branch.merge() != null) {
        return stopped(repository, open(state, branch), command, caller);
      }
      if (replay == null) {
        return ended(repository, branch, command, caller);
      }
      try {
        if (replay.onto() != null) {
          rebases.begin(repository, branch, first(state, branch, command, caller), steps);
          continue;
        }
        Merged merged = runOrSkip(repository, next(state, branch, command, caller), steps);
        if (!merged.conflicts().isEmpty()) {
          return stopped(repository, merged, command, caller);
        }
      } catch (TargetMovedException _) {
        // what an earlier request left in doubt is settled: what comes next is another commit
        LOG.log(Level.FINE, () -> "A replay on " + branch.name() + " goes on from where it is now");
      }
    }
  }

  /** Whether a request to go on has made the commit that waited for it, before it was repeated. */
  static boolean hasSettled(RepositoryState state, String command, Caller caller) {
    return Attempt.of(state, caller.step(SETTLED), command).done().isPresent();
  }

  /** The first commit of a rebase; null if there is none, or none that can be replayed. */
  private static MergeIntent first(
      RepositoryState state, BranchState branch, String command, Caller caller) {
    try {
      return branch.replay().rest().isEmpty() ? null : next(state, branch, command, caller);
    } catch (RefusedException _) {
      // said when the branch stands where its commits go
      return null;
    }
  }

  private static MergeIntent next(
      RepositoryState state, BranchState branch, String command, Caller caller) {
    Replay replay = branch.replay();
    return intent(
        state,
        branch,
        new Step(
            replay.verb(),
            replay.rest().getFirst(),
            replay.mainline(),
            replay.strategy(),
            null,
            author(replay.verb(), replay.author(), caller),
            replay.liveChanges(),
            false,
            false,
            command,
            replay.rules(),
            false));
  }

  /** Before a replay is given up: the branch stands where it stood. */
  void moveBack(LiveRepository repository, BranchState branch, Caller caller) {
    Replay replay = branch.replay();
    if (replay != null && !branch.head().equals(replay.from())) {
      mover.move(
          repository,
          branch,
          repository.state().commits().byId().get(replay.from()),
          replay.source(),
          "reset",
          caller.another());
    }
  }

  /** Who reverts is the author of it; null stands for the author of the commit that is replayed. */
  static Actor author(String verb, Actor given, Caller caller) {
    return given == null && verb.equals("revert") ? caller.actor() : given;
  }

  /** Of the commit that an open merge makes, when its verb is not merge. */
  Actor author(RepositoryState state, BranchState branch, Actor given) {
    MergeState merge = branch.merge();
    if (branch.replay() != null && branch.replay().author() != null) {
      return branch.replay().author();
    }
    return merge.verb().equals("revert")
        ? given
        : state.commits().byId().get(merge.sourceCommit()).author();
  }

  private Merged run(LiveRepository repository, MergeIntent intent, Caller caller) {
    return MergeService.merged(execution.run(repository, intent, caller), intent);
  }

  /** A commit of which nothing is left to do is left out, as git does. */
  private Merged runOrSkip(LiveRepository repository, MergeIntent intent, Caller caller) {
    try {
      return run(repository, intent, caller);
    } catch (RefusedException refused) {
      if (refused.rejection().code() != Code.NOTHING_TO_COMMIT) {
        throw refused;
      }
      BranchState branch = repository.state().branches().byId().get(intent.targetId());
      StepResult skipped =
          repository
              .step(
                  new Continuation.SkipCommit(branch.id(), replayed(intent)),
                  caller,
                  caller.key(intent.command()))
              .orRefuse();
      return ended(branch, skipped);
    }
  }

  /** The commit that an intent replays. */
  private static String replayed(MergeIntent intent) {
    return intent.verb().equals("revert") ? intent.base() : intent.sourceCommit();
  }

  private Merged ended(
      LiveRepository repository, BranchState branch, String command, Caller caller) {
    StepResult done =
        repository
            .step(
                new Continuation.Complete(Map.of("commit", branch.head())),
                caller,
                caller.key(command))
            .orRefuse();
    return ended(branch, done);
  }

  private static Merged ended(BranchState branch, StepResult step) {
    BranchState now = step.state().branches().byId().get(branch.id());
    return new Merged(
        now.name(),
        now.name(),
        false,
        false,
        Map.of(),
        step.state().head(now),
        null,
        step.state(),
        step.position());
  }

  /** A replay that stopped, when nobody had been told yet. */
  private static Merged open(RepositoryState state, BranchState branch) {
    MergeState merge = branch.merge();
    return new Merged(
        branch.name(),
        merge.source(),
        false,
        false,
        merge.conflicts(),
        null,
        null,
        state,
        state.version());
  }

  /** The answer is remembered: a repetition of the command does not go on. */
  private static Merged stopped(
      LiveRepository repository, Merged merged, String command, Caller caller) {
    if (caller.idempotencyKey() != null) {
      MergeState merge = merged.state().branch(merged.target()).orElseThrow().merge();
      long conflicts = merged.conflicts().values().stream().mapToLong(Long::longValue).sum();
      repository
          .step(
              new Continuation.Complete(
                  Map.of("merge", merge.id(), "conflicts", String.valueOf(conflicts))),
              caller,
              caller.key(command))
          .orRefuse();
    }
    return merged;
  }

  private static MergeIntent intent(RepositoryState state, BranchState branch, Step step) {
    CommitState commit = state.commits().byId().get(step.commit());
    CommitState parent =
        state
            .commits()
            .byId()
            .get(commit.parents().get(Math.toIntExact(Math.max(1, step.mainline())) - 1));
    refuseOtherTables(state, commit, parent);
    boolean revert = step.verb().equals("revert");
    String id = commit.id().substring(0, 7);
    String message =
        revert
            ? "Revert \"%s\"\n\nThis reverts commit %s."
                .formatted(commit.message().lines().findFirst().orElse(""), commit.id())
            : commit.message();
    return new MergeIntent(
        branch.id(),
        revert ? parent.id() : commit.id(),
        id,
        step.strategy(),
        step.message() == null ? message : step.message(),
        step.author() == null ? commit.author() : step.author(),
        step.liveChanges(),
        step.noCommit(),
        step.failOnConflict(),
        null,
        List.of(),
        step.command(),
        step.verb(),
        step.rules(),
        revert ? commit.id() : parent.id(),
        false,
        step.allowDestructive());
  }

  /**
   * Tables come and go by themselves: their registration is not a change of rows. What a branch
   * dropped is a change.
   */
  private static void refuseOtherTables(
      RepositoryState state, CommitState commit, CommitState parent) {
    Set<String> now = ids(commit);
    Set<String> before = ids(parent);
    Set<String> other = new HashSet<>(now);
    other.removeAll(before);
    before.stream()
        .filter(id -> !now.contains(id) && state.tables().byId().get(id).removed())
        .forEach(other::add);
    if (!other.isEmpty()) {
      Map<String, Object> details = new HashMap<>();
      details.put("commit", commit.id());
      details.put("remedy", "epoch table add, epoch table remove");
      throw new RefusedException(
          Code.VALIDATION,
          "Commit %s registers or removes tables, which cannot be replayed"
              .formatted(commit.id().substring(0, 7)),
          details);
    }
  }

  private static Set<String> ids(CommitState commit) {
    Set<String> ids = new HashSet<>();
    for (TableEntry entry : commit.tree().values()) {
      ids.add(entry.tableId());
    }
    return ids;
  }
}
