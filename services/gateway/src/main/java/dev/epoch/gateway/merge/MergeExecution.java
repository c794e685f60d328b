package dev.epoch.gateway.merge;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPlan.TableMerge;
import dev.epoch.gateway.commit.WorkingSetService;
import dev.epoch.gateway.hook.HookGate;
import dev.epoch.gateway.hook.PlannedChange;
import dev.epoch.gateway.merge.schema.RecordedObjects;
import dev.epoch.gateway.migration.TableAlterations;
import dev.epoch.gateway.migration.TypeLabels;
import dev.epoch.gateway.operation.OperationRunner;
import dev.epoch.gateway.read.DiffService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.Lineage;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.merge.RuleDecision;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.MergeOvertakenException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Takes a merge from its plan to its end: a new head, or conflicts that wait for somebody.
 *
 * <pre>
 *   plan against the rows as they are --> conflicts --> open
 *        ^        |
 *        |        +--> new labels of live types are added, and all is planned again
 *        |        v
 *        |   operation, under locks: rows that changed since are planned anew
 *        |        |             |                       |
 *        +-- in conflict now   done             constraints broken --> open
 * </pre>
 */
public final class MergeExecution {
  /** Plans before the merge gives up against applications that write the same rows. */
  private static final int MOST_PLANS = 8;

  /** How long all tries together make applications wait. */
  private static final Duration MOST_HELD = Duration.ofSeconds(5);

  private final Backends backends;
  private final ChunkStore chunks;
  private final TableAlterations alterations;
  private final RecordedObjects objects;
  private final TypeLabels labels;
  private final BrokenConstraints broken;
  private final WorkingSetService workingSets;
  private final OperationRunner runner;
  private final HookGate hooks;
  private final DiffService diffs;
  private final Clock clock;
  private final Failpoints failpoints;

  public MergeExecution(
      Backends backends,
      TableAlterations alterations,
      RecordedObjects objects,
      TypeLabels labels,
      WorkingSetService workingSets,
      OperationRunner runner,
      HookGate hooks,
      ChunkStore chunks,
      Clock clock,
      Failpoints failpoints) {
    this.backends = backends;
    this.chunks = chunks;
    this.alterations = alterations;
    this.objects = objects;
    this.labels = labels;
    this.broken = new BrokenConstraints(chunks);
    this.workingSets = workingSets;
    this.runner = runner;
    this.hooks = hooks;
    this.diffs = new DiffService(backends);
    this.clock = clock;
    this.failpoints = failpoints;
  }

  /**
   * How it ended.
   *
   * @param step the last one
   * @param fastForward whether the head moved to the source
   * @param conflicts number by table name; then the merge is open
   * @param ruled what rules settled
   */
  record Ended(StepResult step, boolean fastForward, Map<String, Long> conflicts, Ruled ruled) {}

  /** What the merge would do now. */
  MergePlan plan(RepositoryState state, MergeIntent intent) {
    return plan(state, intent, _ -> {});
  }

  /**
   * What the merge would do now.
   *
   * @param told what rules settle
   */
  MergePlan plan(RepositoryState state, MergeIntent intent, Consumer<RuleDecision> told) {
    MergeSides sides = sides(state, intent);
    MergeTerms terms =
        new MergeTerms(
            intent.isMerge()
                && Lineage.isAncestor(state, sides.target().head(), intent.sourceCommit())
                && !intent.noCommit()
                && !intent.continues(),
            intent.rowStrategy(),
            intent.policy(state),
            intent.decisions(),
            told);
    return new MergePlanner(
            sides,
            terms,
            chunks,
            alterations,
            objects.merged(
                state,
                sides.target(),
                intent.bases(state, sides.head().id()),
                sides.source(),
                intent.rowStrategy()))
        .plan();
  }

  private MergeSides sides(RepositoryState state, MergeIntent intent) {
    BranchState target = target(state, intent);
    return new MergeSides(
        backends, state, target, source(state, intent), intent.base(state, target.head()));
  }

  Ended run(LiveRepository repository, MergeIntent intent, Caller caller) {
    Duration held = Duration.ZERO;
    for (int plans = 1; ; plans++) {
      RepositoryState state = repository.state();
      Ruled.Tally tally = new Ruled.Tally();
      MergePlan plan = plan(state, intent, tally);
      Ruled ruled = tally.ruled();
      if (!intent.isMerge() && plan.tables().isEmpty() && plan.newTables().isEmpty()) {
        throw refuse(
            repository, intent, caller, MergeRefusals.nothingLeft(target(state, intent).name()));
      }
      refuseUncommitted(repository, state, intent, plan, caller);
      if (!plan.conflicts().isEmpty() && intent.failOnConflict()) {
        throw refuse(
            repository,
            intent,
            caller,
            MergeRefusals.conflicts(plan.conflicts(), Map.of("open", false)));
      }
      if (!plan.conflicts().isEmpty() || intent.noCommit()) {
        return open(repository, intent, plan, target(state, intent), ruled, caller);
      }
      if (!plan.destructive().isEmpty() && !intent.allowDestructive()) {
        throw refuse(repository, intent, caller, MergeRefusals.destructive(plan.destructive()));
      }
      if (plans == 1) {
        hooks.pass(repository, planned(state, intent, caller), intent.command(), caller);
      }
      if (!plan.labels().isEmpty()) {
        if (plans == MOST_PLANS) {
          throw MergeRefusals.labels(plan.labels());
        }
        labels.add(state, plan.labels());
        failpoints.reach(intent.command() + ".labelled");
        continue;
      }
      try {
        return execute(repository, intent, plan, target(state, intent), null, ruled, caller);
      } catch (TargetMovedException moved) {
        if (plans == MOST_PLANS || target(state, intent).replay() != null) {
          // of a replay, another commit may be the next one
          throw moved;
        }
      } catch (ConstraintViolationsException violations) {
        failpoints.reach(intent.command() + ".violated");
        RepositoryState now = repository.state();
        return open(
            repository,
            intent,
            broken.violated(sides(now, intent), plan, violations),
            target(now, intent),
            ruled,
            caller);
      } catch (MergeOvertakenException overtaken) {
        held = held.plus(overtaken.held());
        if (plans == MOST_PLANS || held.compareTo(MOST_HELD) >= 0) {
          throw overtaken;
        }
      }
    }
  }

  /**
   * Does what was planned, and moves the target to a commit by the same operation; hooks are asked
   * before.
   *
   * @param from the target as it was when that was planned
   * @param there the state in which the target stands at that commit, as it was planned for
   * @throws TargetMovedException if the target stands elsewhere by now
   */
  Ended runMoving(
      LiveRepository repository,
      MergeIntent intent,
      MergePlan plan,
      BranchState from,
      RepositoryState there,
      Caller caller) {
    hooks.pass(repository, planned(there, intent, caller), intent.command(), caller);
    return execute(
        repository, intent, plan, from, target(there, intent).head(), Ruled.NONE, caller);
  }

  private PlannedChange planned(RepositoryState state, MergeIntent intent, Caller caller) {
    BranchState target = target(state, intent);
    return new PlannedChange(
        intent.change().names().stream().map(name -> "pre-" + name).toList(),
        state.name(),
        state.profile().createdAt(),
        target.name(),
        caller.actor(),
        target.head(),
        intent.source(),
        intent.sourceCommit(),
        intent.message(target.name()),
        () -> counts(state, intent));
  }

  /** What the source brings. */
  private List<PlannedChange.TableCounts> counts(RepositoryState state, MergeIntent intent) {
    String base = intent.bases(state, target(state, intent).head()).getFirst();
    return diffs
        .summary(
            Snapshot.of(state, state.commits().byId().get(base), base).withoutRemoved(),
            Snapshot.of(state, source(state, intent), intent.source()).withoutRemoved())
        .stream()
        .map(table ->
            new PlannedChange.TableCounts(
                table.table(), table.inserted(), table.updated(), table.deleted()))
        .toList();
  }

  /**
   * Uncommitted changes of tables that the merge writes refuse it, as git does, also of columns;
   * those of the default branch only where that is asked for, since they are committed first.
   */
  private void refuseUncommitted(
      LiveRepository repository,
      RepositoryState state,
      MergeIntent intent,
      MergePlan plan,
      Caller caller) {
    BranchState target = target(state, intent);
    if (commitsLive(state, target, intent) || plan.tables().isEmpty()) {
      return;
    }
    Set<String> written = new TreeSet<>();
    plan.tables().forEach(table -> written.add(state.tables().byId().get(table.tableId()).name()));
    Set<String> uncommitted = new TreeSet<>(workingSets.pending(state, target).keySet());
    uncommitted.addAll(workingSets.dropped(state, target));
    if (!plan.conflicts().isEmpty() || intent.noCommit()) {
      // else the operation finds them under its locks
      uncommitted.addAll(workingSets.schemaChanges(state, target).keySet());
    }
    uncommitted.retainAll(written);
    if (!uncommitted.isEmpty()) {
      List<String> names = List.copyOf(uncommitted);
      throw refuse(
          repository,
          intent,
          caller,
          target.merge() == null
              ? MergeRefusals.uncommitted(target.name(), names)
              : MergeRefusals.uncommittedSince(target.name(), names));
    }
  }

  /**
   * Whether the head would only move by what was planned: no changes of live tables are committed
   * first, and no live table gets another schema, which is recorded as the database tells it.
   */
  boolean onlyMoves(RepositoryState state, MergeIntent intent, MergePlan plan) {
    BranchState target = target(state, intent);
    if (!plan.fastForward() || !state.isDefault(target)) {
      return plan.fastForward();
    }
    return (!intent.commitsLiveChanges()
            || workingSets.pending(state, target).isEmpty()
                && workingSets.schemaChanges(state, target).isEmpty())
        && plan.tables().stream()
            .noneMatch(table ->
                table instanceof TableMerge.Write write
                    && write.schemaHash() != null
                    && !hasSchema(state.head(target), write)
                    && !hasSchema(state.commits().byId().get(intent.sourceCommit()), write));
  }

  private static boolean hasSchema(CommitState commit, TableMerge.Write write) {
    return commit
        .entryOf(write.tableId())
        .filter(entry -> entry.schemaHash().equals(write.schemaHash()))
        .isPresent();
  }

  private static boolean commitsLive(
      RepositoryState state, BranchState target, MergeIntent intent) {
    return state.isDefault(target) && intent.commitsLiveChanges();
  }

  /** A refusal that is found in the backends is remembered under the command's key, too. */
  private static RefusedException refuse(
      LiveRepository repository, MergeIntent intent, Caller caller, RefusedException refusal) {
    repository
        .step(new Continuation.Refuse(refusal.rejection()), caller, caller.key(intent.command()))
        .orRefuseOnce();
    return refusal;
  }

  /**
   * @param onto commit that the target is moved to by the same operation, or null
   */
  private Ended execute(
      LiveRepository repository,
      MergeIntent intent,
      MergePlan plan,
      BranchState planned,
      String onto,
      Ruled ruled,
      Caller caller) {
    failpoints.reach(intent.command() + ".planned");
    RepositoryState state = repository.state();
    BranchState target = target(state, intent);
    requireStill(planned, target);
    List<String> liveTables =
        commitsLive(state, target, intent)
            ? Backends.tables(state, target).stream()
                .map(BranchTable::table)
                .map(table -> table.id())
                .sorted()
                .toList()
            : List.of();
    OperationPlan.Merge operation =
        new OperationPlan.Merge(
            intent.mergeId(),
            intent.source(),
            intent.sourceCommit(),
            plan.fastForward(),
            plan.tables(),
            plan.newTables(),
            intent.message(target.name()),
            intent.author(),
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            liveTables,
            intent.verb(),
            onto);
    StepResult prepared =
        repository
            .step(
                new Continuation.PrepareMerge(
                    UUID.randomUUID(), target.id(), planned.head(), operation, plan.schemas()),
                caller,
                caller.key(intent.command()))
            .orRefuseOnce();
    StepResult completed =
        runner
            .run(repository, prepared, caller, intent.command(), intent.change(), plan::rows)
            .orRefuse();
    if (plan.tables().stream().anyMatch(MergeExecution::alters)
        && !repository.state().schemas().isEmpty()) {
      objects.record(repository, target.id(), plan.objects(), intent.sourceCommit(), caller);
    }
    boolean moved = completed.event(dev.epoch.events.event.BranchMovedV1.class).isPresent();
    return new Ended(completed, moved, Map.of(), ruled);
  }

  private static boolean alters(TableMerge table) {
    return switch (table) {
      case TableMerge.Write write -> write.alteration() != null;
      case TableMerge.Repoint repoint -> repoint.steps() != null;
      case TableMerge.Drop _ -> false;
    };
  }

  private Ended open(
      LiveRepository repository,
      MergeIntent intent,
      MergePlan plan,
      BranchState planned,
      Ruled ruled,
      Caller caller) {
    RepositoryState state = repository.state();
    BranchState target = target(state, intent);
    requireStill(planned, target);
    StepResult opened =
        repository
            .step(
                new Continuation.OpenMerge(
                    target.id(),
                    target.head(),
                    intent.source(),
                    intent.sourceCommit(),
                    intent.bases(state, target.head()),
                    intent.strategy(),
                    intent.givenMessage(),
                    plan.conflictSet(),
                    plan.conflicts(),
                    intent.mergeId(),
                    intent.liveChanges(),
                    intent.verb(),
                    intent.settings(state)),
                caller,
                caller.key(intent.command()))
            .orRefuseOnce();
    failpoints.reach(intent.command() + ".opened");
    return new Ended(opened, false, plan.conflicts(), ruled);
  }

  /**
   * Recovery settles what is in doubt without the turn of the branch.
   *
   * @param planned the branch as something was planned for it
   * @throws TargetMovedException if it stands elsewhere, or replays another commit next
   */
  static void requireStill(BranchState planned, BranchState now) {
    if (!now.head().equals(planned.head()) || !Objects.equals(now.replay(), planned.replay())) {
      throw new TargetMovedException(now.name());
    }
  }

  private static BranchState target(RepositoryState state, MergeIntent intent) {
    BranchState target = state.branches().byId().get(intent.targetId());
    if (target == null) {
      throw new RefusedException(
          Code.BRANCH_NOT_FOUND, "The branch was deleted meanwhile", Map.of());
    }
    return target;
  }

  private static CommitState source(RepositoryState state, MergeIntent intent) {
    return state.commits().byId().get(intent.sourceCommit());
  }
}
