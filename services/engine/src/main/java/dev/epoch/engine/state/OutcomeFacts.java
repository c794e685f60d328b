package dev.epoch.engine.state;

import dev.epoch.engine.catalog.CatalogAppliers;
import dev.epoch.events.event.*;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The ids that a command's answer is made from, taken from the event that ended it. */
final class OutcomeFacts {
  private OutcomeFacts() {}

  /** Empty for events that do not end a command. */
  static Optional<Map<String, String>> of(Event event) {
    return switch (event) {
      case RepositoryCreatedV1 e -> Optional.of(Map.of());
      case RepositoryDeletedV1 e -> Optional.of(Map.of("repository", e.name()));
      case RepositoryOpenedV1 e -> Optional.of(Map.of("repository", e.name()));
      case RepositoryUpdatedV1 e -> Optional.of(Map.of());
      case StorageAddedV1 e -> Optional.of(Map.of("storage", e.name()));
      case StorageUpdatedV1 e -> Optional.of(Map.of("storage", e.name()));
      case StorageRemovedV1 e -> Optional.of(Map.of("storage", e.name()));
      case TableRegisteredV1 e -> Optional.of(Map.of("table", e.name()));
      case TableSyncedV1 e -> Optional.of(Map.of("table", e.name()));
      case TableRemovedV1 e -> Optional.of(Map.of("table", e.name()));
      case BranchCreatedV1 e -> Optional.of(Map.of("branch", e.name(), "head", e.head()));
      case BranchRenamedV1 e -> Optional.of(Map.of("branch", e.to()));
      case BranchDeletedV1 e -> Optional.of(Map.of("branch", e.name()));
      case BranchCheckedOutV1 e -> Optional.of(Map.of("branch_id", e.branchId()));
      case BranchMovedV1 e ->
          Optional.of(Map.of("commit", e.to(), "reason", e.reason(), "from", e.from()));
      case BranchProtectedV1 e -> Optional.of(Map.of("pattern", e.pattern()));
      case BranchExpirySetV1 e -> Optional.of(Map.of("branch_id", e.branchId()));
      case BranchReviewedV1 e -> Optional.of(Map.of("commit", e.commit(), "verdict", e.verdict()));
      case TagCreatedV1 e -> Optional.of(Map.of("tag", e.name(), "commit", e.commit()));
      case TagDeletedV1 e -> Optional.of(Map.of("tag", e.name()));
      case CheckAddedV1 e -> Optional.of(Map.of("check", e.name()));
      case CheckRemovedV1 e -> Optional.of(Map.of("check", e.name()));
      case RoleCreatedV1 e -> Optional.of(Map.of("role", e.name()));
      case RoleDeletedV1 e -> Optional.of(Map.of("role", e.name()));
      case RoleGrantedV1 e -> Optional.of(Map.of("role", e.role(), "subject", e.subject()));
      case RoleRevokedV1 e -> Optional.of(Map.of("role", e.role(), "subject", e.subject()));
      case CommitStatusSetV1 e -> Optional.of(Map.of("commit", e.commit(), "context", e.context()));
      case ChangesStagedV1 e -> Optional.of(Map.of("count", String.valueOf(e.tables().size())));
      case ChangesUnstagedV1 e -> Optional.of(Map.of("count", String.valueOf(e.tables().size())));
      case CommitCreatedV1 e when e.live() -> Optional.empty();
      case CommitCreatedV1 e when e.liveCommit() != null ->
          Optional.of(Map.of("commit", e.commit(), "live_commit", e.liveCommit()));
      case CommitCreatedV1 e -> Optional.of(Map.of("commit", e.commit()));
      case CommitSchemaRecordedV1 e -> Optional.of(Map.of("commit", e.commit()));
      case MergeOpenedV1 e -> Optional.of(Map.of("merge", e.mergeId(), "conflicts", total(e)));
      case ConflictsResolvedV1 e ->
          Optional.of(
              Map.of(
                  "resolved",
                  String.valueOf(e.resolved()),
                  "remaining",
                  String.valueOf(e.remaining()),
                  "decided",
                  String.valueOf(e.decided())));
      case ResolutionsForgottenV1 e ->
          Optional.of(Map.of("forgotten", String.valueOf(e.forgotten())));
      case MergeRequestedV1 e ->
          Optional.of(Map.of("branch_id", e.branchId(), "commit", e.commit()));
      case MergeRequestClosedV1 e ->
          Optional.of(Map.of("branch_id", e.branchId(), "reason", e.reason()));
      case MergeAbortedV1 e -> Optional.of(Map.of("merge", e.mergeId()));
      case ReplayStartedV1 e -> Optional.of(Map.of("replay", e.branchId(), "from", e.from()));
      case ReplaySkippedV1 e -> Optional.of(Map.of("skipped", e.commit()));
      case ReplayAbortedV1 e -> Optional.of(Map.of("branch", e.branchId()));
      case Event.OfCatalog e -> Optional.of(CatalogAppliers.facts(e));
      case CommandCompletedV1 e -> Optional.of(new HashMap<>(e.facts()));
      case OperationPreparedV1 e -> Optional.empty();
      case OperationAbortedV1 e -> Optional.empty();
      case CommitTablesRecordedV1 e -> Optional.empty();
      case RecoveryCompletedV1 e -> Optional.empty();
    };
  }

  private static String total(MergeOpenedV1 event) {
    return String.valueOf(event.conflicts().values().stream().mapToLong(Long::longValue).sum());
  }
}
