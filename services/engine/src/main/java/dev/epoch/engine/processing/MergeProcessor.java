package dev.epoch.engine.processing;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.Decision;
import dev.epoch.engine.DecisionContext;
import dev.epoch.engine.state.Appliers;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.Commits;
import dev.epoch.engine.state.MergeState;
import dev.epoch.engine.state.Occurrence;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AbortMergeV1;
import dev.epoch.events.command.ContinueMergeV1;
import dev.epoch.events.command.ForgetResolutionsV1;
import dev.epoch.events.command.MergeBranchV1;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.MergeAbortedV1;
import dev.epoch.events.event.MergeOpenedV1;
import dev.epoch.events.event.OperationAbortedV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.event.ReplayAbortedV1;
import dev.epoch.events.event.ReplaySkippedV1;
import dev.epoch.events.event.ResolutionsForgottenV1;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.events.table.TableEntry;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Merges: start, decide conflicts, finish, give up. What rows do is planned outside; here is
 * decided whether it may happen.
 */
public final class MergeProcessor {
  private MergeProcessor() {}

  public static Decision merge(
      RepositoryState state, MergeBranchV1 command, DecisionContext context) {
    Optional<BranchState> found = state.branch(command.target());
    if (found.isEmpty()) {
      return Refusals.branchNotFound(command.target());
    }
    BranchState target = found.get();
    if (!state.commits().contains(command.sourceCommit())) {
      return Refusals.commitNotFound(command.sourceCommit());
    }
    Optional<Decision> refusal =
        refuseMove(state, target, command.expectedHead())
            .or(() -> ConflictSettingsCheck.ofMerge(state, command.rules()).map(Decision::reject));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    Commits graph = state.commits();
    if (new Ancestry(graph)
        .isAncestor(new CommitId(command.sourceCommit()), new CommitId(target.head()))) {
      return Decision.accept(
          new CommandCompletedV1(Map.of("up_to_date", "true", "commit", target.head())));
    }
    Optional<Rejection> protection =
        Protections.refuseMerge(
            state, target, command.source(), command.sourceCommit(), context.actor());
    if (protection.isPresent()) {
      return Decision.reject(protection.get());
    }
    boolean fastForward =
        new Ancestry(graph)
            .isAncestor(new CommitId(target.head()), new CommitId(command.sourceCommit()));
    if ("fast_forward".equals(command.strategy()) && !fastForward) {
      return Decision.reject(
          new Rejection(
              Code.NOT_FAST_FORWARD,
              "Cannot fast-forward '"
                  + target.name()
                  + "' to '"
                  + command.source()
                  + "': both have commits of their own",
              Map.of(
                  "branch",
                  target.name(),
                  "source",
                  command.source(),
                  "remedy",
                  "Merge with strategy THREE_WAY")));
    }
    return Decision.accepted();
  }

  public static Decision prepare(
      RepositoryState state, Continuation.PrepareMerge facts, DecisionContext context) {
    BranchState target = state.branches().byId().get(facts.branchId());
    if (target == null) {
      return Refusals.branchNotFound(facts.branchId());
    }
    OperationPlan.Merge plan = facts.plan();
    return refuseStep(state, target, facts.expectedHead(), plan.mergeId())
        .or(() ->
            Protections.refuseStep(
                    state, target, plan.verb(), plan.source(), plan.sourceCommit(), context.actor())
                .map(Decision::reject))
        .orElseGet(() -> prepared(state, target, facts));
  }

  /** Schemas that the merge has made are recorded at once: the operation names them by hash. */
  private static Decision prepared(
      RepositoryState state, BranchState target, Continuation.PrepareMerge facts) {
    List<Event> events = new ArrayList<>();
    events.add(
        new OperationPreparedV1(
            facts.operation(), target.id(), facts.expectedHead(), facts.plan()));
    for (StoredSchema schema : CommitEvents.unknown(state, facts.schemas())) {
      events.add(
          new CommitTablesRecordedV1(facts.operation(), List.of(), Map.of(), List.of(schema)));
    }
    return Decision.accept(events);
  }

  public static Decision open(
      RepositoryState state, Continuation.OpenMerge facts, DecisionContext context) {
    BranchState target = state.branches().byId().get(facts.branchId());
    if (target == null) {
      return Refusals.branchNotFound(facts.branchId());
    }
    Optional<Decision> refusal =
        refuseStep(state, target, facts.expectedHead(), facts.former())
            .or(() ->
                Protections.refuseStep(
                        state,
                        target,
                        facts.verb(),
                        facts.source(),
                        facts.sourceCommit(),
                        context.actor())
                    .map(Decision::reject));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    String mergeId = facts.former() == null ? context.mergeId() : facts.former();
    return Decision.accept(
        new MergeOpenedV1(
            mergeId,
            target.id(),
            facts.source(),
            facts.sourceCommit(),
            target.head(),
            facts.bases(),
            facts.strategy(),
            facts.message(),
            facts.conflictSet(),
            facts.conflicts(),
            facts.liveChanges(),
            facts.verb(),
            facts.rules()));
  }

  public static Decision resolve(RepositoryState state, ResolveConflictsV1 command) {
    Optional<BranchState> branch = state.branch(command.branch());
    if (branch.isEmpty()) {
      return Refusals.branchNotFound(command.branch());
    }
    MergeState merge = branch.get().merge();
    if (merge == null) {
      return Refusals.noMerge(branch.get());
    }
    if (branch.get().operation() != null) {
      return Refusals.busy(branch.get());
    }
    return Decision.accept(
        new ConflictsResolvedV1(
            merge.id(),
            branch.get().id(),
            command.table(),
            command.key(),
            command.field(),
            command.constraint(),
            command.resolution(),
            command.values(),
            command.nulls(),
            command.deleteRow(),
            command.resolved(),
            command.remaining(),
            command.decided(),
            merge.conflictSet(),
            command.learnt()));
  }

  /** What was learnt is in a read model; the log says what is to be offered no more. */
  public static Decision forget(ForgetResolutionsV1 command) {
    return Decision.accept(
        new ResolutionsForgottenV1(
            command.table(),
            command.key(),
            command.field(),
            command.constraint(),
            command.forgotten()));
  }

  /** Of a merge, or of the commit that a replay stopped at. */
  public static Decision continueMerge(RepositoryState state, ContinueMergeV1 command) {
    Optional<BranchState> branch = state.branch(command.branch());
    if (branch.isEmpty()) {
      return Refusals.branchNotFound(command.branch());
    }
    MergeState merge = branch.get().merge();
    if (merge == null && branch.get().replay() == null) {
      return Refusals.noMerge(branch.get());
    }
    Optional<Decision> busy = Refusals.refuseBusy(state, branch.get());
    if (busy.isPresent()) {
      return busy.get();
    }
    if (merge != null && merge.remaining() > 0) {
      return Decision.reject(
          new Rejection(
              Code.UNRESOLVED_CONFLICTS,
              merge.remaining() + " conflict(s) are not resolved",
              Map.of(
                  "branch",
                  command.branch(),
                  "unresolved",
                  merge.remaining(),
                  "remedy",
                  "epoch conflicts resolve")));
    }
    return Decision.accepted();
  }

  /** Of a replay what is left: its rows were moved back before. */
  public static Decision abort(RepositoryState state, AbortMergeV1 command) {
    Optional<BranchState> found = state.branch(command.branch());
    if (found.isEmpty()) {
      return Refusals.branchNotFound(command.branch());
    }
    BranchState branch = found.get();
    if (branch.merge() == null && branch.replay() == null) {
      return Refusals.noMerge(branch);
    }
    if (branch.operation() != null) {
      return Refusals.busy(branch);
    }
    return Decision.accept(
        branch.replay() == null
            ? new MergeAbortedV1(branch.merge().id(), branch.id())
            : new ReplayAbortedV1(branch.id()));
  }

  /**
   * The head moves: by the commit of live changes, if there were any, and by the merge's own, or to
   * the source if nothing stands between.
   */
  public static Decision complete(
      RepositoryState state, Continuation.CompleteMerge facts, DecisionContext context) {
    OperationState operation = Refusals.inFlight(state, facts.operation());
    BranchState target = state.branches().byId().get(operation.branchId());
    OperationPlan.Merge plan = (OperationPlan.Merge) operation.plan();
    if (plan.onto() != null) {
      return Decision.accept(moved(state, target, operation, facts, context));
    }
    if (facts.live().isEmpty()) {
      // entries of a fast-forward: the live tables are not just what the source's are
      if (plan.fastForward() && facts.entries().isEmpty()) {
        return Decision.accept(moved(state, target, operation, facts));
      }
      if (plan.verb().equals("merge") || !facts.entries().isEmpty()) {
        return Decision.accept(mergeCommit(state, target, operation, facts, null));
      }
      return nothingLeft(target, operation);
    }
    List<Event> events =
        new ArrayList<>(
            CommitEvents.of(
                state,
                target,
                operation,
                new CommitEvents.Content(
                    List.of(target.head()), facts.live(), List.of(), Map.of(), facts.schemas()),
                new CommitEvents.Text(
                    Actor.LIVE,
                    "Live changes before " + Verbs.doing(plan.verb()) + " " + named(plan),
                    plan.time()),
                CommitEvents.Part.LIVE));
    RepositoryState next = after(state, events, context);
    BranchState moved = next.branches().byId().get(target.id());
    events.addAll(
        mergeCommit(next, moved, next.operations().get(operation.id()), facts, moved.head()));
    return Decision.accept(events);
  }

  /** As it was asked for; a whole id in short. */
  private static String named(OperationPlan.Merge plan) {
    return plan.source().equals(plan.sourceCommit())
        ? Refusals.abbreviated(plan.source())
        : plan.source();
  }

  private static RepositoryState after(
      RepositoryState state, List<Event> events, DecisionContext context) {
    RepositoryState next = state;
    for (Event event : events) {
      Occurrence at =
          new Occurrence(
              next.version() + 1, context.time(), context.actor(), context.command(), null);
      next = Appliers.apply(next, event, at);
    }
    return next;
  }

  /**
   * The branch moves, and has the first commit of its rebase there; if nothing of that is left to
   * do it is left out.
   */
  private static List<Event> moved(
      RepositoryState state,
      BranchState target,
      OperationState operation,
      Continuation.CompleteMerge facts,
      DecisionContext context) {
    OperationPlan.Merge plan = (OperationPlan.Merge) operation.plan();
    if (facts.entries().isEmpty()) {
      return List.of(
          new BranchMovedV1(
              operation.id(),
              target.id(),
              target.head(),
              plan.onto(),
              plan.verb(),
              locationsAfterMove(state, target, plan.onto(), facts.locations())),
          new ReplaySkippedV1(target.id(), target.replay().rest().getFirst(), "empty"));
    }
    // tables of the operation are where the commit says at once: nobody reads them in between
    Map<String, RowsLocation> kept = locationsAfterMove(state, target, plan.onto(), Map.of());
    kept.keySet().removeAll(facts.locations().keySet());
    List<Event> events = new ArrayList<>();
    events.add(new BranchMovedV1(null, target.id(), target.head(), plan.onto(), plan.verb(), kept));
    RepositoryState next = after(state, events, context);
    events.addAll(
        mergeCommit(next, next.branches().byId().get(target.id()), operation, facts, null));
    return events;
  }

  private static List<Event> moved(
      RepositoryState state,
      BranchState target,
      OperationState operation,
      Continuation.CompleteMerge facts) {
    OperationPlan.Merge plan = (OperationPlan.Merge) operation.plan();
    return List.of(
        new BranchMovedV1(
            operation.id(),
            target.id(),
            target.head(),
            plan.sourceCommit(),
            plan.verb().equals("merge") ? "fast_forward" : plan.verb(),
            locationsAfterMove(state, target, plan.sourceCommit(), facts.locations())));
  }

  /** Of a commit that is replayed, and whose changes the branch has. */
  private static Decision nothingLeft(BranchState target, OperationState operation) {
    String message = "Nothing to commit: branch '" + target.name() + "' has these changes already";
    return new Decision(
        List.of(new OperationAbortedV1(operation.id(), Code.NOTHING_TO_COMMIT.name(), message)),
        Optional.of(
            new Rejection(Code.NOTHING_TO_COMMIT, message, Map.of("branch", target.name()))));
  }

  private static List<Event> mergeCommit(
      RepositoryState state,
      BranchState target,
      OperationState operation,
      Continuation.CompleteMerge facts,
      String liveCommit) {
    OperationPlan.Merge plan = (OperationPlan.Merge) operation.plan();
    return CommitEvents.of(
        state,
        target,
        operation,
        new CommitEvents.Content(
            plan.verb().equals("merge")
                ? List.of(target.head(), plan.sourceCommit())
                : List.of(target.head()),
            facts.entries(),
            removed(state, target, plan),
            facts.locations(),
            facts.schemas()),
        new CommitEvents.Text(plan.author(), plan.message(), plan.time()),
        new CommitEvents.Part(false, liveCommit));
  }

  private static List<String> removed(
      RepositoryState state, BranchState target, OperationPlan.Merge plan) {
    SortedSet<String> removed = CommitProcessor.removed(state, target);
    plan.drops().forEach(id -> removed.add(state.tables().byId().get(id).name()));
    removed.addAll(brought(state, target, plan));
    return List.copyOf(removed);
  }

  /** Names of tables that the source was removed from, and that the target still has. */
  private static List<String> brought(
      RepositoryState state, BranchState target, OperationPlan.Merge plan) {
    CommitState source = state.commits().byId().get(plan.sourceCommit());
    List<RegisteredTable> gone =
        state.tables().removed().stream()
            .map(id -> state.tables().byId().get(id))
            .filter(table -> CommitProcessor.holds(state.head(target), table))
            .filter(table -> !CommitProcessor.holds(source, table))
            .toList();
    if (gone.isEmpty()) {
      return List.of();
    }
    List<String> bases =
        switch (plan.verb()) {
          case "merge" ->
              new Ancestry(state.commits())
                  .mergeBases(new CommitId(target.head()), new CommitId(source.id())).stream()
                      .map(CommitId::hex)
                      .toList();
          case "cherry_pick" -> source.parents();
          default -> List.of();
        };
    return gone.stream()
        .filter(table ->
            bases.stream()
                .map(state.commits().byId()::get)
                .anyMatch(base -> CommitProcessor.holds(base, table)))
        .map(RegisteredTable::name)
        .toList();
  }

  /**
   * Tables that the operation did not touch stay where the branch kept them; their rows are the
   * same in the new head.
   */
  private static Map<String, RowsLocation> locationsAfterMove(
      RepositoryState state, BranchState target, String to, Map<String, RowsLocation> written) {
    Map<String, RowsLocation> locations = new HashMap<>();
    Map<String, TableEntry> old = state.head(target).tree();
    for (TableEntry entry : state.commits().byId().get(to).tree().values()) {
      TableEntry before = old.get(entry.name());
      RowsLocation location = written.get(entry.tableId());
      if (location == null && before != null && before.tableId().equals(entry.tableId())) {
        location = target.location(before);
      }
      if (location != null && !location.equals(entry.location())) {
        locations.put(entry.tableId(), location);
      }
    }
    return locations;
  }

  /**
   * Whether a later step of a merge may happen.
   *
   * @param mergeId of the open merge that the step is about, or null
   */
  private static Optional<Decision> refuseStep(
      RepositoryState state, BranchState target, String expectedHead, String mergeId) {
    if (!target.head().equals(expectedHead)) {
      return Optional.of(Refusals.overtaken(target));
    }
    if (target.merge() != null && !target.merge().id().equals(mergeId)) {
      return Optional.of(Refusals.mergeInProgress(target));
    }
    if (target.merge() == null && mergeId != null) {
      return Optional.of(Refusals.noMerge(target));
    }
    return Refusals.refuseBusy(state, target);
  }

  static Optional<Decision> refuseMove(
      RepositoryState state, BranchState branch, String expectedHead) {
    if (expectedHead != null && !expectedHead.equals(branch.head())) {
      return Optional.of(Refusals.headMoved(branch, expectedHead));
    }
    if (branch.merge() != null || branch.replay() != null) {
      return Optional.of(Refusals.mergeInProgress(branch));
    }
    return Refusals.refuseBusy(state, branch);
  }
}
