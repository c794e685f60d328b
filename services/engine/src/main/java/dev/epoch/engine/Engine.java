package dev.epoch.engine;

import dev.epoch.engine.catalog.CatalogProcessor;
import dev.epoch.engine.processing.BranchProcessor;
import dev.epoch.engine.processing.CheckProcessor;
import dev.epoch.engine.processing.CommandRights;
import dev.epoch.engine.processing.CommitProcessor;
import dev.epoch.engine.processing.ExpiryProcessor;
import dev.epoch.engine.processing.MergeProcessor;
import dev.epoch.engine.processing.MergeRequestProcessor;
import dev.epoch.engine.processing.OperationProcessor;
import dev.epoch.engine.processing.ProtectionProcessor;
import dev.epoch.engine.processing.ReplayProcessor;
import dev.epoch.engine.processing.RepositoryProcessor;
import dev.epoch.engine.processing.RoleProcessor;
import dev.epoch.engine.processing.StatusProcessor;
import dev.epoch.engine.processing.StorageProcessor;
import dev.epoch.engine.processing.TableProcessor;
import dev.epoch.engine.processing.TagProcessor;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.command.*;
import dev.epoch.events.event.CommandCompletedV1;
import java.util.Optional;

/**
 * Decides. A pure function from state and request to events or a refusal; {@link
 * dev.epoch.engine.state.Appliers} turn events into state.
 */
public final class Engine {
  private Engine() {}

  public static Decision decide(RepositoryState state, Command command, DecisionContext context) {
    if (!(command instanceof CreateRepositoryV1) && !state.exists()) {
      return RepositoryProcessor.notFound(state.name());
    }
    Optional<Rejection> refusal = CommandRights.refuse(state, command, context);
    if (refusal.isPresent()) {
      return Decision.reject(refusal.get());
    }
    return CommandRights.checked(state, decideAllowed(state, command, context), context);
  }

  private static Decision decideAllowed(
      RepositoryState state, Command command, DecisionContext context) {
    return switch (command) {
      case CreateRepositoryV1 c -> RepositoryProcessor.create(state, c, context);
      case DeleteRepositoryV1 c -> RepositoryProcessor.delete(state, c);
      case OpenRepositoryV1 c -> RepositoryProcessor.open(c);
      case UpdateRepositoryV1 c -> RepositoryProcessor.update(state, c);
      case AddStorageV1 c -> StorageProcessor.add(state, c);
      case UpdateStorageV1 c -> StorageProcessor.update(state, c);
      case RemoveStorageV1 c -> StorageProcessor.remove(state, c);
      case RegisterTableV1 c -> TableProcessor.register(state, c, context);
      case RecordTableSyncV1 c -> TableProcessor.recordSync(state, c);
      case RemoveTableV1 c -> TableProcessor.remove(state, c, context);
      case CreateBranchV1 c -> BranchProcessor.create(state, c, context);
      case RenameBranchV1 c -> BranchProcessor.rename(state, c, context);
      case DeleteBranchV1 c -> BranchProcessor.delete(state, c, context);
      case ExpireBranchV1 c -> ExpiryProcessor.expire(state, c, context);
      case CheckoutBranchV1 c -> BranchProcessor.checkout(state, c);
      case ProtectBranchV1 c -> ProtectionProcessor.protect(state, c);
      case ReviewBranchV1 c -> ProtectionProcessor.review(state, c, context);
      case CreateTagV1 c -> TagProcessor.create(state, c);
      case DeleteTagV1 c -> TagProcessor.delete(state, c);
      case AddCheckV1 c -> CheckProcessor.add(state, c);
      case RemoveCheckV1 c -> CheckProcessor.remove(state, c);
      case SetCommitStatusV1 c -> StatusProcessor.set(state, c);
      case CreateRoleV1 c -> RoleProcessor.create(state, c);
      case DeleteRoleV1 c -> RoleProcessor.delete(state, c);
      case GrantRoleV1 c -> RoleProcessor.grant(state, c);
      case RevokeRoleV1 c -> RoleProcessor.revoke(state, c);
      case StageChangesV1 c -> CommitProcessor.stage(state, c);
      case UnstageChangesV1 c -> CommitProcessor.unstage(state, c);
      case CommitToBranchV1 c -> CommitProcessor.commit(state, c, context);
      case RecordCommitSchemaV1 c -> CommitProcessor.recordSchema(state, c);
      case MergeBranchV1 c -> MergeProcessor.merge(state, c, context);
      case RequestMergeV1 c -> MergeRequestProcessor.request(state, c, context);
      case CloseMergeRequestV1 c -> MergeRequestProcessor.close(state, c);
      case ResolveConflictsV1 c -> MergeProcessor.resolve(state, c);
      case ForgetResolutionsV1 c -> MergeProcessor.forget(c);
      case ContinueMergeV1 c -> MergeProcessor.continueMerge(state, c);
      case AbortMergeV1 c -> MergeProcessor.abort(state, c);
      case ReplayCommitsV1 c -> ReplayProcessor.replay(state, c, context);
      case SkipCommitV1 c -> ReplayProcessor.skip(state, c);
      case ResetBranchV1 c -> ReplayProcessor.reset(state, c, context);
      case CreateCatalogV1 c -> CatalogProcessor.create(state, c);
      case DeleteCatalogV1 c -> CatalogProcessor.delete(state, c);
      case CreateCatalogBranchV1 c -> CatalogProcessor.createBranch(state, c);
      case ChangeCatalogBranchV1 c -> CatalogProcessor.changeBranch(state, c, context);
      case DeleteCatalogBranchV1 c -> CatalogProcessor.deleteBranch(state, c, context);
      case StageCatalogChangesV1 c -> CatalogProcessor.stage(state, c, context);
      case AbandonCatalogChangesV1 c -> CatalogProcessor.abandon(state, c);
      case CommitCatalogV1 c -> CatalogProcessor.commit(state, c, context);
      case RecordCatalogArtifactV1 c -> CatalogProcessor.recordArtifact(state, c);
    };
  }

  public static Decision decide(
      RepositoryState state, Continuation continuation, DecisionContext context) {
    return CommandRights.checked(state, decideStep(state, continuation, context), context);
  }

  private static Decision decideStep(
      RepositoryState state, Continuation continuation, DecisionContext context) {
    return switch (continuation) {
      case Continuation.CompleteRegistration c -> TableProcessor.completeRegistration(state, c);
      case Continuation.CompleteRemoval c -> TableProcessor.completeRemoval(state, c);
      case Continuation.CompleteCommit c -> CommitProcessor.complete(state, c);
      case Continuation.PrepareMerge c -> MergeProcessor.prepare(state, c, context);
      case Continuation.OpenMerge c -> MergeProcessor.open(state, c, context);
      case Continuation.CompleteMerge c -> MergeProcessor.complete(state, c, context);
      case Continuation.Complete c -> Decision.accept(new CommandCompletedV1(c.facts()));
      case Continuation.SkipCommit c -> ReplayProcessor.skip(state, c);
      case Continuation.Refuse c -> Decision.reject(c.rejection());
      case Continuation.Abort c -> OperationProcessor.abort(state, c);
      case Continuation.RecordRecovery c -> OperationProcessor.recordRecovery(c);
    };
  }
}
