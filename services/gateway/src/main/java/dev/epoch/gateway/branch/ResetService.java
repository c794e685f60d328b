package dev.epoch.gateway.branch;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.processing.CommitProcessor;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.ResetBranchV1;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.commit.WorkingSetService;
import dev.epoch.gateway.operation.ChangeKind;
import dev.epoch.gateway.storage.CleanupService;
import dev.epoch.gateway.stream.BranchTurn;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.CleanupGuard;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.PendingChangesException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Resets. The uncommitted changes that one takes away are put away in a commit first, which no
 * branch has, but the log: nothing is lost by a mistake.
 */
public final class ResetService {
  private static final String RESET = "reset-branch";

  /** Tries against applications that go on writing. */
  private static final int MOST_TRIES = 8;

  private final WorkingSetService workingSets;
  private final CommitService commits;
  private final CleanupService cleanups;
  private final BranchMover mover;

  public ResetService(
      WorkingSetService workingSets,
      CommitService commits,
      CleanupService cleanups,
      BranchMover mover) {
    this.workingSets = workingSets;
    this.commits = commits;
    this.cleanups = cleanups;
    this.mover = mover;
  }

  /**
   * How a reset ended.
   *
   * @param head of the branch
   * @param former head of it before
   * @param saved commit that uncommitted changes were put away in, or null
   */
  public record Moved(
      CommitState head, String former, String saved, RepositoryState state, long position) {}

  /**
   * Moves the branch and its rows to a commit; uncommitted changes are gone from it.
   *
   * @param target as the user names it
   * @param expectedHead refuse if the branch stands elsewhere, or null
   */
  public Moved hard(
      LiveRepository repository, String name, String target, String expectedHead, Caller caller) {
    return hard(repository, name, target, expectedHead, putAwayBefore(target), caller);
  }

  private static String putAwayBefore(String target) {
    return "Uncommitted changes before reset to " + target;
  }

  /**
   * @param message of the commit that uncommitted changes are put away in
   */
  public Moved hard(
      LiveRepository repository,
      String name,
      String target,
      String expectedHead,
      String message,
      Caller caller) {
    return hard(repository, name, target, expectedHead, message, false, caller);
  }

  /**
   * A {@link #hard} reset whose rows are written again by the caller.
   *
   * @throws RefusedException if that cannot be done, since tables or their schemas differ
   */
  public Moved hardForRows(
      LiveRepository repository, String name, String target, String expectedHead, Caller caller) {
    return hard(repository, name, target, expectedHead, putAwayBefore(target), true, caller);
  }

  private Moved hard(
      LiveRepository repository,
      String name,
      String target,
      String expectedHead,
      String message,
      boolean rowsReturn,
      Caller caller) {
    return new BranchTurn(repository, RecordType.RESET_BRANCH_V1, caller)
        .on(
            name,
            step -> former(step, name),
            (state, branch) -> {
              ResetProgress progress = ResetProgress.of(state, branch, caller);
              if (progress.moved() != null) {
                return completed(repository, progress, caller);
              }
              CommitState to = progress.commit(target);
              if (rowsReturn && progress.saved() == null) {
                requireSameSchemas(state, branch, to);
              }
              try (CleanupGuard.Use _ = cleanups.use(repository, to)) {
                return hard(
                    repository, branch, to, target, expectedHead, message, progress, caller);
              }
            });
  }

  private Moved hard(
      LiveRepository repository,
      BranchState branch,
      CommitState to,
      String target,
      String expectedHead,
      String message,
      ResetProgress progress,
      Caller caller) {
    BranchMover.requireFittingTables(repository.state(), branch, to);
    requireUnwritten(repository.state(), branch, to);
    String former = progress.former();
    String saved = progress.saved();
    if (saved == null) {
      mover.requireFittingLive(repository.state(), branch, to);
    }
    if (saved == null && (expectedHead == null || expectedHead.equals(former))) {
      saved = putAway(repository, branch, message, progress.putsAway());
    }
    StepResult started =
        repository
            .step(
                new ResetBranchV1(
                    branch.name(), target, to.id(), saved, saved == null ? expectedHead : saved),
                caller)
            .orRefuse();
    if (started.former().isPresent()) {
      return former(started, branch.name());
    }
    BranchState now = started.state().branches().byId().get(branch.id());
    if (now.head().equals(to.id())) {
      return new Moved(to, former, saved, started.state(), started.position());
    }
    for (int tries = 1; ; tries++) {
      try {
        now = repository.state().branches().byId().get(branch.id());
        mover.move(repository, now, to, target, "reset", progress.moves());
        break;
      } catch (PendingChangesException written) {
        if (tries == MOST_TRIES) {
          throw new BusyException(
              "Applications go on writing the tables that the reset changes",
              "Stop them for a moment, or revert instead of resetting");
        }
        String later = putAway(repository, branch, message, caller.another());
        saved = later == null ? saved : later;
      }
    }
    return complete(repository, to, former, saved, caller);
  }

  /** What the rows are written into again is another table, or has other columns. */
  private void requireSameSchemas(RepositoryState state, BranchState branch, CommitState to) {
    CommitState head = state.head(branch);
    TreeSet<String> others = new TreeSet<>(workingSets.schemaChanges(state, branch).keySet());
    others.addAll(workingSets.dropped(state, branch));
    Stream.of(head, to)
        .flatMap(commit -> commit.tree().keySet().stream())
        .filter(table -> !sameSchema(head.tree().get(table), to.tree().get(table)))
        .forEach(others::add);
    if (!others.isEmpty()) {
      throw new RefusedException(
          Code.SCHEMA_CHANGED,
          "The schema of %s is another one in commit %s, and a soft reset keeps rows only"
              .formatted(String.join(", ", others), to.id().substring(0, 7)),
          Map.of(
              "branch",
              branch.name(),
              "tables",
              List.copyOf(others),
              "remedy",
              "epoch reset --hard, which tells the commit that has what is taken away; epoch cherry-pick brings it again"));
    }
  }

  private static boolean sameSchema(TableEntry one, TableEntry other) {
    return one != null
        && other != null
        && one.tableId().equals(other.tableId())
        && one.schemaHash().equals(other.schemaHash());
  }

  /** Changes of a table that goes would be put away in it. */
  private void requireUnwritten(RepositoryState state, BranchState branch, CommitState to) {
    List<String> leaving = new ArrayList<>(BranchMover.leaving(state, branch, to));
    leaving.retainAll(leaving.isEmpty() ? Set.of() : workingSets.pending(state, branch).keySet());
    if (!leaving.isEmpty()) {
      throw new RefusedException(
          Code.UNCOMMITTED_CHANGES,
          "Commit %s does not have %s, of which branch '%s' has uncommitted changes"
              .formatted(to.id().substring(0, 7), String.join(", ", leaving), branch.name()),
          Map.of(
              "branch", branch.name(), "tables", leaving, "remedy", "Stash or undo them before"));
    }
  }

  /** The process ended after the move, and before the answer. */
  private static Moved completed(LiveRepository repository, ResetProgress progress, Caller caller) {
    CommitState to = repository.state().commits().byId().get(progress.moved());
    return complete(repository, to, progress.former(), progress.saved(), caller);
  }

  private static Moved complete(
      LiveRepository repository, CommitState to, String former, String saved, Caller caller) {
    Map<String, String> facts =
        saved == null
            ? Map.of("commit", to.id(), "from", former)
            : Map.of("commit", to.id(), "from", former, "saved", saved);
    StepResult done =
        repository.step(new Continuation.Complete(facts), caller, caller.key(RESET)).orRefuse();
    return new Moved(to, former, saved, done.state(), done.position());
  }

  /** Commits the uncommitted changes of tables that the head has; their commit, or null. */
  private String putAway(
      LiveRepository repository, BranchState branch, String message, Caller caller) {
    RepositoryState state = repository.state();
    BranchState now = state.branches().byId().get(branch.id());
    if (now.merge() != null || now.replay() != null || now.operation() != null) {
      return null;
    }
    workingSets.undrop(state, now);
    TreeSet<String> changed = new TreeSet<>(workingSets.pending(state, now).keySet());
    changed.addAll(workingSets.schemaChanges(state, now).keySet());
    List<String> tables = new ArrayList<>(changed);
    tables.removeAll(CommitProcessor.registered(state, now));
    if (tables.isEmpty()) {
      return null;
    }
    CommitService.Request request =
        new CommitService.Request(now.name(), message, caller.actor(), tables, false, null);
    // what is thrown away need not be right
    return commits
        .commitInTurn(repository, state, now, request, ChangeKind.MOVE, caller)
        .commit()
        .id();
  }

  private static Moved former(StepResult step, String name) {
    Map<String, String> facts = step.formerFacts();
    CommitState head = step.state().commits().byId().get(facts.get("commit"));
    return new Moved(
        head,
        facts.getOrDefault("from", head.id()),
        facts.get("saved"),
        step.state(),
        step.position());
  }
}
