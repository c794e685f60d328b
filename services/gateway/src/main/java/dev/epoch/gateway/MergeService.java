package dev.epoch.gateway;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.MergeState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.Digest;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AbortMergeV1;
import dev.epoch.events.command.ContinueMergeV1;
import dev.epoch.events.command.MergeBranchV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.merge.MergeStrategy;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.storage.ConstraintViolationsException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Merges: plan the rows, then let the operation run; or leave the merge open with its conflicts.
 */
public final class MergeService {
  private static final String MERGE = "merge-branch";
  private static final String CONTINUE = "continue-merge";

  private final Backends backends;
  private final WorkingSetService workingSets;
  private final OperationRunner runner;
  private final ChunkStore chunks;
  private final CleanupService cleanups;
  private final Clock clock;
  private final Failpoints failpoints;

  MergeService(
      Backends backends,
      WorkingSetService workingSets,
      CleanupService cleanups,
      OperationRunner runner,
      ChunkStore chunks,
      Clock clock,
      Failpoints failpoints) {
    this.backends = backends;
    this.workingSets = workingSets;
    this.cleanups = cleanups;
    this.runner = runner;
    this.chunks = chunks;
    this.clock = clock;
    this.failpoints = failpoints;
  }

  /**
   * What to merge.
   *
   * @param target branch name
   * @param source branch, or commit
   * @param strategy THREE_WAY, FAST_FORWARD, OURS or THEIRS, in any case
   * @param message of the merge commit, or null
   * @param author of the merge commit
   * @param noCommit leave the merge open for its commit
   * @param failOnConflict refuse instead of leaving conflicts open
   * @param dryRun change nothing, only tell what would happen
   * @param expectedHead refuse if the target stands elsewhere, or null
   */
  public record Request(
      String target,
      String source,
      String strategy,
      String message,
      Actor author,
      boolean noCommit,
      boolean failOnConflict,
      boolean dryRun,
      String expectedHead) {}

  /**
   * How a merge ended.
   *
   * @param target name of the branch
   * @param source as the user named it
   * @param upToDate whether there was nothing to merge
   * @param fastForward whether the head only moved
   * @param conflicts number by table name; then the merge is open (or was a dry run)
   * @param result head of the target afterwards, null while the merge is open or for a dry run
   */
  public record Merged(
      String target,
      String source,
      boolean upToDate,
      boolean fastForward,
      Map<String, Long> conflicts,
      CommitState result,
      RepositoryState state,
      long position) {}

  public Merged merge(LiveRepository repository, Request request, Caller caller) {
    String strategy = strategy(request.strategy());
    RepositoryState before = repository.state();
    Optional<StepResult> former = StepResult.former(before, RecordType.MERGE_BRANCH_V1, caller);
    if (former.isPresent()) {
      return former(former.get(), request.target(), request.source());
    }
    BranchState named = References.branch(before, request.target());
    repository.awaitTold(named.name());
    ReentrantLock lock = repository.branchLock(named.id());
    lock.lock();
    try {
      RepositoryState state = repository.state();
      former = StepResult.former(state, RecordType.MERGE_BRANCH_V1, caller);
      if (former.isPresent()) {
        return former(former.get(), request.target(), request.source());
      }
      BranchState target = References.branch(state, request.target());
      if (!target.id().equals(named.id())) {
        // another branch has the name by now, with turns of its own
        return merge(repository, request, caller);
      }
      CommitState source = new References(state, target).commit(request.source());
      try (Retention.Use _ = cleanups.use(repository, source)) {
        return merge(repository, state, target, source, request, strategy, caller);
      }
    } finally {
      lock.unlock();
    }
  }

  private Merged merge(
      LiveRepository repository,
      RepositoryState state,
      BranchState target,
      CommitState source,
      Request request,
      String strategy,
      Caller caller) {
    List<String> uncommitted = List.copyOf(workingSets.pending(state, target).keySet());
    MergeBranchV1 command =
        new MergeBranchV1(
            target.name(),
            request.source(),
            source.id(),
            strategy,
            request.message(),
            request.author(),
            request.noCommit(),
            request.failOnConflict(),
            request.expectedHead(),
            uncommitted);
    if (request.dryRun()) {
      return dryRun(state, target, source, request, strategy);
    }
    StepResult started = repository.step(command, caller).orRefuse();
    if (started.former().isPresent()) {
      return former(started, target.name(), request.source());
    }
    if (Lineage.isAncestor(state, source.id(), target.head())) {
      return new Merged(
          target.name(),
          request.source(),
          true,
          false,
          Map.of(),
          state.head(target),
          started.state(),
          started.position());
    }
    return run(repository, target, source, request, strategy, caller);
  }

  private Merged run(
      LiveRepository repository,
      BranchState target,
      CommitState source,
      Request request,
      String strategy,
      Caller caller) {
    RepositoryState state = repository.state();
    boolean fastForward =
        Lineage.isAncestor(state, target.head(), source.id()) && !request.noCommit();
    MergePlan plan =
        new MergePlanner(backends, chunks)
            .plan(
                state, target, source, fastForward, mergeStrategy(strategy), List.of(), List.of());
    if (!plan.conflicts().isEmpty() && request.failOnConflict()) {
      throw refuse(repository, MergeRefusals.conflicts(plan.conflicts(), Map.of()), caller, MERGE);
    }
    String message =
        request.message() != null
            ? request.message()
            : "Merge " + request.source() + " into " + target.name();
    if (!plan.conflicts().isEmpty() || request.noCommit()) {
      StepResult opened =
          open(
              repository,
              target,
              source,
              request.source(),
              strategy,
              request.message(),
              plan,
              null,
              caller,
              MERGE);
      return merged(opened, target.id(), request.source(), false, plan.conflicts());
    }
    return execute(
        repository,
        target,
        source,
        request.source(),
        strategy,
        message,
        request.author(),
        plan,
        null,
        List.of(),
        caller,
        MERGE);
  }

  /** Finishes an open merge. */
  public Merged proceed(
      LiveRepository repository, String branch, String message, Actor author, Caller caller) {
    RepositoryState before = repository.state();
    Optional<StepResult> former = StepResult.former(before, RecordType.CONTINUE_MERGE_V1, caller);
    if (former.isPresent()) {
      return former(former.get(), branch, branch);
    }
    BranchState named = References.branch(before, branch);
    repository.awaitTold(named.name());
    ReentrantLock lock = repository.branchLock(named.id());
    lock.lock();
    try {
      StepResult started =
          repository.step(new ContinueMergeV1(branch, message, author), caller).orRefuse();
      if (started.former().isPresent()) {
        return former(started, branch, branch);
      }
      RepositoryState state = repository.state();
      BranchState target = References.branch(state, branch);
      MergeState merge = target.merge();
      CommitState source = state.commits().byId().get(merge.sourceCommit());
      List<String> uncommitted = List.copyOf(workingSets.pending(state, target).keySet());
      if (!uncommitted.isEmpty()) {
        throw refuse(repository, MergeRefusals.uncommitted(branch, uncommitted), caller, CONTINUE);
      }
      List<RowConflict> known = OpenConflicts.known(merge, chunks);
      MergePlan plan =
          new MergePlanner(backends, chunks)
              .plan(
                  state,
                  target,
                  source,
                  false,
                  mergeStrategy(merge.strategy()),
                  known,
                  OpenConflicts.decisions(merge));
      if (!plan.conflicts().isEmpty()) {
        open(
            repository,
            target,
            source,
            merge.source(),
            merge.strategy(),
            merge.message(),
            plan,
            merge.id(),
            caller,
            CONTINUE);
        throw MergeRefusals.conflicts(plan.conflicts(), Map.of("branch", branch));
      }
      String text =
          message != null
              ? message
              : merge.message() != null
                  ? merge.message()
                  : "Merge " + merge.source() + " into " + target.name();
      return execute(
          repository,
          target,
          source,
          merge.source(),
          merge.strategy(),
          text,
          author,
          plan,
          merge.id(),
          known,
          caller,
          CONTINUE);
    } finally {
      lock.unlock();
    }
  }

  public void abort(LiveRepository repository, String branch, Caller caller) {
    RepositoryState before = repository.state();
    if (StepResult.former(before, RecordType.ABORT_MERGE_V1, caller).isPresent()) {
      return;
    }
    BranchState named = References.branch(before, branch);
    repository.awaitTold(named.name());
    ReentrantLock lock = repository.branchLock(named.id());
    lock.lock();
    try {
      repository.step(new AbortMergeV1(branch), caller).orRefuse();
    } finally {
      lock.unlock();
    }
  }

  /** A refusal that is found in the backends is remembered under the command's key, too. */
  private static RefusedException refuse(
      LiveRepository repository, RefusedException refusal, Caller caller, String kind) {
    repository.step(new Continuation.Refuse(refusal.rejection()), caller, caller.key(kind));
    return refusal;
  }

  private Merged execute(
      LiveRepository repository,
      BranchState target,
      CommitState source,
      String sourceName,
      String strategy,
      String message,
      Actor author,
      MergePlan plan,
      String mergeId,
      List<RowConflict> known,
      Caller caller,
      String kind) {
    OperationPlan.Merge operation =
        new OperationPlan.Merge(
            mergeId,
            sourceName,
            source.id(),
            plan.fastForward(),
            plan.tables(),
            plan.newTables(),
            plan.fastForward() ? null : message,
            author,
            clock.instant().truncatedTo(ChronoUnit.MICROS));
    StepResult prepared =
        repository
            .step(
                new Continuation.PrepareMerge(target.id(), target.head(), operation),
                caller,
                caller.key(kind))
            .orRefuse();
    try {
      StepResult completed =
          runner.run(repository, prepared, caller, kind, plan::changes).orRefuse();
      return merged(completed, target.id(), sourceName, plan.fastForward(), Map.of());
    } catch (ConstraintViolationsException violations) {
      failpoints.reach(kind + ".violated");
      MergePlan refused =
          new MergePlanner(backends, chunks)
              .violated(repository.state(), target, source, plan, violations, known);
      StepResult opened =
          open(
              repository,
              target,
              source,
              sourceName,
              strategy,
              message,
              refused,
              mergeId,
              caller,
              kind);
      return merged(opened, target.id(), sourceName, false, refused.conflicts());
    }
  }

  private StepResult open(
      LiveRepository repository,
      BranchState target,
      CommitState source,
      String sourceName,
      String strategy,
      String message,
      MergePlan plan,
      String former,
      Caller caller,
      String kind) {
    Digest conflictSet = plan.conflictSet();
    return repository
        .step(
            new Continuation.OpenMerge(
                target.id(),
                target.head(),
                sourceName,
                source.id(),
                Lineage.mergeBases(repository.state(), target.head(), source.id()),
                strategy,
                message,
                conflictSet,
                plan.conflicts(),
                former),
            caller,
            caller.key(kind))
        .orRefuse();
  }

  private Merged dryRun(
      RepositoryState state,
      BranchState target,
      CommitState source,
      Request request,
      String strategy) {
    if (Lineage.isAncestor(state, source.id(), target.head())) {
      return new Merged(target.name(), request.source(), true, false, Map.of(), null, state, 0);
    }
    boolean fastForward = Lineage.isAncestor(state, target.head(), source.id());
    Map<String, Long> conflicts =
        fastForward
            ? Map.of()
            : new MergePlanner(backends, chunks)
                .plan(state, target, source, false, mergeStrategy(strategy), List.of(), List.of())
                .conflicts();
    return new Merged(
        target.name(), request.source(), false, fastForward, conflicts, null, state, 0);
  }

  private static Merged merged(
      StepResult step,
      String branchId,
      String source,
      boolean fastForward,
      Map<String, Long> conflicts) {
    BranchState target = step.state().branches().byId().get(branchId);
    CommitState result = target.merge() == null ? step.state().head(target) : null;
    return new Merged(
        target.name(),
        source,
        false,
        fastForward,
        conflicts,
        result,
        step.state(),
        step.position());
  }

  /** The answer that the first run gave; the target may be gone by now. */
  private static Merged former(StepResult step, String target, String source) {
    Map<String, String> facts = step.formerFacts();
    if (facts.containsKey("merge")) {
      Map<String, Long> conflicts =
          step.state()
              .branch(target)
              .map(BranchState::merge)
              .filter(merge -> merge.id().equals(facts.get("merge")))
              .map(MergeState::conflicts)
              .orElse(Map.of("", Long.parseLong(facts.get("conflicts"))));
      return new Merged(
          target, source, false, false, conflicts, null, step.state(), step.position());
    }
    return new Merged(
        target,
        source,
        facts.containsKey("up_to_date"),
        "fast_forward".equals(facts.get("reason")),
        Map.of(),
        step.state().commits().byId().get(facts.get("commit")),
        step.state(),
        step.position());
  }

  private static MergeStrategy mergeStrategy(String wireName) {
    return wireName.equals("fast_forward") ? MergeStrategy.DEFAULT : MergeStrategy.of(wireName);
  }

  private static String strategy(String text) {
    String name = text == null ? "three_way" : text.toLowerCase(Locale.ROOT).replace('-', '_');
    return switch (name) {
      case "default", "three_way" -> "three_way";
      case "fast_forward", "ours", "theirs" -> name;
      default ->
          throw new RefusedException(
              Code.VALIDATION,
              "Unknown merge strategy '" + text + "'",
              Map.of("strategy", text, "remedy", "THREE_WAY, FAST_FORWARD, OURS or THEIRS"));
    };
  }
}
