package dev.epoch.engine.state;

import dev.epoch.engine.catalog.CatalogAppliers;
import dev.epoch.events.Rejection;
import dev.epoch.events.event.*;
import java.time.Instant;

/**
 * Events to state: the same live and on replay. Nothing else changes state. The switch is
 * exhaustive over the sealed {@link Event}, so an event without applier does not compile.
 */
public final class Appliers {
  private Appliers() {}

  /** The state after the event. */
  public static RepositoryState apply(RepositoryState state, Event event, Occurrence at) {
    RepositoryState next =
        switch (event) {
          case RepositoryCreatedV1 e -> RepositoryAppliers.created(state, e, at);
          case RepositoryDeletedV1 e -> RepositoryAppliers.deleted(state);
          case RepositoryOpenedV1 e ->
              state.withSessions(state.sessions().opened(at.actor().id(), at.time()));
          case RepositoryUpdatedV1 e -> state.withProfile(state.profile().with(e));
          case StorageAddedV1 e -> StorageAppliers.added(state, e, at);
          case StorageUpdatedV1 e -> StorageAppliers.updated(state, e);
          case StorageRemovedV1 e -> state.withStorages(state.storages().without(e.name()));
          case TableRegisteredV1 e -> TableAppliers.registered(state, e);
          case TableSyncedV1 e -> TableAppliers.synced(state, e);
          case TableRemovedV1 e -> TableAppliers.removed(state, e);
          case BranchCreatedV1 e -> BranchAppliers.created(state, e, at);
          case BranchRenamedV1 e -> BranchAppliers.renamed(state, e);
          case BranchDeletedV1 e -> state.withBranches(state.branches().without(e.branchId()));
          case BranchCheckedOutV1 e ->
              state.withSessions(state.sessions().checkedOut(at.actor().id(), e.branchId()));
          case BranchMovedV1 e -> BranchAppliers.moved(state, e);
          case BranchProtectedV1 e -> state.withProfile(state.profile().with(e));
          case BranchExpirySetV1 e ->
              state.withBranches(state.branches().with(e.branchId(), e.expiry()));
          case BranchReviewedV1 e -> BranchAppliers.reviewed(state, e, at);
          case TagCreatedV1 e -> TagAppliers.created(state, e, at);
          case TagDeletedV1 e -> TagAppliers.deleted(state, e);
          case CheckAddedV1 e -> state.withProfile(state.profile().withCheck(e, at));
          case CheckRemovedV1 e -> state.withProfile(state.profile().withoutCheck(e.name()));
          case CommitStatusSetV1 e -> state;
          case RoleCreatedV1 e -> RoleAppliers.created(state, e);
          case RoleDeletedV1 e -> RoleAppliers.deleted(state, e);
          case RoleGrantedV1 e -> RoleAppliers.granted(state, e);
          case RoleRevokedV1 e -> RoleAppliers.revoked(state, e);
          case ChangesStagedV1 e -> BranchAppliers.staged(state, e);
          case ChangesUnstagedV1 e -> BranchAppliers.unstaged(state, e);
          case OperationPreparedV1 e -> OperationAppliers.prepared(state, e, at);
          case OperationAbortedV1 e -> OperationAppliers.closed(state, e.operationId());
          case CommitTablesRecordedV1 e -> OperationAppliers.recorded(state, e);
          case CommitCreatedV1 e -> CommitAppliers.created(state, e, at);
          case CommitSchemaRecordedV1 e ->
              state.withCommits(
                  state
                      .commits()
                      .with(
                          e.commit(),
                          new CommitSchema(e.schemas(), e.unavailable(), e.backfilled()),
                          at.version()));
          case MergeOpenedV1 e -> MergeAppliers.opened(state, e);
          case ConflictsResolvedV1 e -> MergeAppliers.resolved(state, e);
          case MergeRequestedV1 e ->
              state.withBranches(
                  state
                      .branches()
                      .requested(
                          e.branchId(),
                          new MergeRequest(
                              e.sourceBranchId(),
                              e.commit(),
                              e.message(),
                              e.author(),
                              at.actor(),
                              at.time())));
          case MergeRequestClosedV1 e ->
              state.withBranches(state.branches().requestClosed(e.branchId(), e.sourceBranchId()));
          case MergeAbortedV1 e -> MergeAppliers.aborted(state, e);
          case ReplayStartedV1 e -> ReplayAppliers.started(state, e);
          case ReplaySkippedV1 e -> ReplayAppliers.skipped(state, e);
          case ReplayAbortedV1 e -> ReplayAppliers.aborted(state, e);
          case ResolutionsForgottenV1 e -> state;
          case RecoveryCompletedV1 e -> state;
          case Event.OfCatalog e ->
              state.withCatalog(CatalogAppliers.apply(state.catalog(), e, at));
          case CommandCompletedV1 e -> state;
        };
    return OutcomeFacts.of(event)
        .map(facts ->
            next.withOutcomes(
                next.outcomes().with(at.idempotencyKey(), new Outcome.Done(facts), at.time())))
        .orElse(next)
        .withVersion(at.version());
  }

  /** The state after a command: it changes nothing, only its answer does. */
  public static RepositoryState pass(RepositoryState state, long version) {
    return state.withVersion(version);
  }

  /** The state when outcomes of commands that ended before the time have expired. */
  public static RepositoryState expire(RepositoryState state, Instant before) {
    Outcomes left = state.outcomes().since(before);
    return left == state.outcomes() ? state : state.withOutcomes(left);
  }

  /**
   * The state after a rejection: only the outcome is remembered. That a branch was busy is none: it
   * tells to try again, and the retry has the same key.
   */
  public static RepositoryState apply(RepositoryState state, Rejection rejection, Occurrence at) {
    RepositoryState next =
        rejection.code() == Rejection.Code.BRANCH_BUSY
            ? state
            : state.withOutcomes(
                state
                    .outcomes()
                    .with(at.idempotencyKey(), new Outcome.Refused(rejection), at.time()));
    return next.withVersion(at.version());
  }
}
