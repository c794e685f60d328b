package dev.epoch.events;

import dev.epoch.events.command.AbandonCatalogChangesV1;
import dev.epoch.events.command.AbortMergeV1;
import dev.epoch.events.command.AddCheckV1;
import dev.epoch.events.command.AddStorageV1;
import dev.epoch.events.command.ChangeCatalogBranchV1;
import dev.epoch.events.command.CheckoutBranchV1;
import dev.epoch.events.command.CloseMergeRequestV1;
import dev.epoch.events.command.CommitCatalogV1;
import dev.epoch.events.command.CommitToBranchV1;
import dev.epoch.events.command.ContinueMergeV1;
import dev.epoch.events.command.CreateBranchV1;
import dev.epoch.events.command.CreateCatalogBranchV1;
import dev.epoch.events.command.CreateCatalogV1;
import dev.epoch.events.command.CreateRepositoryV1;
import dev.epoch.events.command.CreateRoleV1;
import dev.epoch.events.command.CreateTagV1;
import dev.epoch.events.command.DeleteBranchV1;
import dev.epoch.events.command.DeleteCatalogBranchV1;
import dev.epoch.events.command.DeleteCatalogV1;
import dev.epoch.events.command.DeleteRepositoryV1;
import dev.epoch.events.command.DeleteRoleV1;
import dev.epoch.events.command.DeleteTagV1;
import dev.epoch.events.command.ExpireBranchV1;
import dev.epoch.events.command.ForgetResolutionsV1;
import dev.epoch.events.command.GrantRoleV1;
import dev.epoch.events.command.MergeBranchV1;
import dev.epoch.events.command.OpenRepositoryV1;
import dev.epoch.events.command.ProtectBranchV1;
import dev.epoch.events.command.RecordCatalogArtifactV1;
import dev.epoch.events.command.RecordCommitSchemaV1;
import dev.epoch.events.command.RecordTableSyncV1;
import dev.epoch.events.command.RegisterTableV1;
import dev.epoch.events.command.RemoveCheckV1;
import dev.epoch.events.command.RemoveStorageV1;
import dev.epoch.events.command.RemoveTableV1;
import dev.epoch.events.command.RenameBranchV1;
import dev.epoch.events.command.ReplayCommitsV1;
import dev.epoch.events.command.RequestMergeV1;
import dev.epoch.events.command.ResetBranchV1;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.events.command.ReviewBranchV1;
import dev.epoch.events.command.RevokeRoleV1;
import dev.epoch.events.command.SetCommitStatusV1;
import dev.epoch.events.command.SkipCommitV1;
import dev.epoch.events.command.StageCatalogChangesV1;
import dev.epoch.events.command.StageChangesV1;
import dev.epoch.events.command.UnstageChangesV1;
import dev.epoch.events.command.UpdateRepositoryV1;
import dev.epoch.events.command.UpdateStorageV1;
import dev.epoch.events.event.BranchCheckedOutV1;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.events.event.BranchExpirySetV1;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.BranchProtectedV1;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.events.event.BranchReviewedV1;
import dev.epoch.events.event.CatalogArtifactSolvedV1;
import dev.epoch.events.event.CatalogBranchChangedV1;
import dev.epoch.events.event.CatalogBranchCreatedV1;
import dev.epoch.events.event.CatalogBranchDeletedV1;
import dev.epoch.events.event.CatalogCommittedV1;
import dev.epoch.events.event.CatalogCreatedV1;
import dev.epoch.events.event.CatalogDeletedV1;
import dev.epoch.events.event.CatalogWorkingAbandonedV1;
import dev.epoch.events.event.CatalogWorkingChangedV1;
import dev.epoch.events.event.ChangesStagedV1;
import dev.epoch.events.event.ChangesUnstagedV1;
import dev.epoch.events.event.CheckAddedV1;
import dev.epoch.events.event.CheckRemovedV1;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitSchemaRecordedV1;
import dev.epoch.events.event.CommitStatusSetV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.event.MergeAbortedV1;
import dev.epoch.events.event.MergeOpenedV1;
import dev.epoch.events.event.MergeRequestClosedV1;
import dev.epoch.events.event.MergeRequestedV1;
import dev.epoch.events.event.OperationAbortedV1;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.event.RecoveryCompletedV1;
import dev.epoch.events.event.ReplayAbortedV1;
import dev.epoch.events.event.ReplaySkippedV1;
import dev.epoch.events.event.ReplayStartedV1;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.events.event.RepositoryOpenedV1;
import dev.epoch.events.event.RepositoryUpdatedV1;
import dev.epoch.events.event.ResolutionsForgottenV1;
import dev.epoch.events.event.RoleCreatedV1;
import dev.epoch.events.event.RoleDeletedV1;
import dev.epoch.events.event.RoleGrantedV1;
import dev.epoch.events.event.RoleRevokedV1;
import dev.epoch.events.event.StorageAddedV1;
import dev.epoch.events.event.StorageRemovedV1;
import dev.epoch.events.event.StorageUpdatedV1;
import dev.epoch.events.event.TableRegisteredV1;
import dev.epoch.events.event.TableRemovedV1;
import dev.epoch.events.event.TableSyncedV1;
import dev.epoch.events.event.TagCreatedV1;
import dev.epoch.events.event.TagDeletedV1;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every record that can be in a log: wire name, schema version, Java type. Wire names never change.
 */
public enum RecordType {
  REPOSITORY_CREATED_V1("repository-created", 1, RecordKind.EVENT, RepositoryCreatedV1.class),
  REPOSITORY_DELETED_V1("repository-deleted", 1, RecordKind.EVENT, RepositoryDeletedV1.class),
  REPOSITORY_OPENED_V1("repository-opened", 1, RecordKind.EVENT, RepositoryOpenedV1.class),
  REPOSITORY_UPDATED_V1("repository-updated", 1, RecordKind.EVENT, RepositoryUpdatedV1.class),
  STORAGE_ADDED_V1("storage-added", 1, RecordKind.EVENT, StorageAddedV1.class),
  STORAGE_UPDATED_V1("storage-updated", 1, RecordKind.EVENT, StorageUpdatedV1.class),
  STORAGE_REMOVED_V1("storage-removed", 1, RecordKind.EVENT, StorageRemovedV1.class),
  TABLE_REGISTERED_V1("table-registered", 1, RecordKind.EVENT, TableRegisteredV1.class),
  TABLE_SYNCED_V1("table-synced", 1, RecordKind.EVENT, TableSyncedV1.class),
  TABLE_REMOVED_V1("table-removed", 1, RecordKind.EVENT, TableRemovedV1.class),
  BRANCH_CREATED_V1("branch-created", 1, RecordKind.EVENT, BranchCreatedV1.class),
  BRANCH_RENAMED_V1("branch-renamed", 1, RecordKind.EVENT, BranchRenamedV1.class),
  BRANCH_DELETED_V1("branch-deleted", 1, RecordKind.EVENT, BranchDeletedV1.class),
  BRANCH_CHECKED_OUT_V1("branch-checked-out", 1, RecordKind.EVENT, BranchCheckedOutV1.class),
  BRANCH_MOVED_V1("branch-moved", 1, RecordKind.EVENT, BranchMovedV1.class),
  MERGE_REQUESTED_V1("merge-requested", 1, RecordKind.EVENT, MergeRequestedV1.class),
  MERGE_REQUEST_CLOSED_V1("merge-request-closed", 1, RecordKind.EVENT, MergeRequestClosedV1.class),
  BRANCH_EXPIRY_SET_V1("branch-expiry-set", 1, RecordKind.EVENT, BranchExpirySetV1.class),
  BRANCH_PROTECTED_V1("branch-protected", 1, RecordKind.EVENT, BranchProtectedV1.class),
  BRANCH_REVIEWED_V1("branch-reviewed", 1, RecordKind.EVENT, BranchReviewedV1.class),
  CATALOG_CREATED_V1("catalog-created", 1, RecordKind.EVENT, CatalogCreatedV1.class),
  CATALOG_DELETED_V1("catalog-deleted", 1, RecordKind.EVENT, CatalogDeletedV1.class),
  CATALOG_BRANCH_CREATED_V1(
      "catalog-branch-created", 1, RecordKind.EVENT, CatalogBranchCreatedV1.class),
  CATALOG_BRANCH_CHANGED_V1(
      "catalog-branch-changed", 1, RecordKind.EVENT, CatalogBranchChangedV1.class),
  CATALOG_BRANCH_DELETED_V1(
      "catalog-branch-deleted", 1, RecordKind.EVENT, CatalogBranchDeletedV1.class),
  CATALOG_WORKING_CHANGED_V1(
      "catalog-working-changed", 1, RecordKind.EVENT, CatalogWorkingChangedV1.class),
  CATALOG_WORKING_ABANDONED_V1(
      "catalog-working-abandoned", 1, RecordKind.EVENT, CatalogWorkingAbandonedV1.class),
  CATALOG_COMMITTED_V1("catalog-committed", 1, RecordKind.EVENT, CatalogCommittedV1.class),
  CATALOG_ARTIFACT_SOLVED_V1(
      "catalog-artifact-solved", 1, RecordKind.EVENT, CatalogArtifactSolvedV1.class),
  TAG_CREATED_V1("tag-created", 1, RecordKind.EVENT, TagCreatedV1.class),
  TAG_DELETED_V1("tag-deleted", 1, RecordKind.EVENT, TagDeletedV1.class),
  CHECK_ADDED_V1("check-added", 1, RecordKind.EVENT, CheckAddedV1.class),
  CHECK_REMOVED_V1("check-removed", 1, RecordKind.EVENT, CheckRemovedV1.class),
  ROLE_CREATED_V1("role-created", 1, RecordKind.EVENT, RoleCreatedV1.class),
  ROLE_DELETED_V1("role-deleted", 1, RecordKind.EVENT, RoleDeletedV1.class),
  ROLE_GRANTED_V1("role-granted", 1, RecordKind.EVENT, RoleGrantedV1.class),
  ROLE_REVOKED_V1("role-revoked", 1, RecordKind.EVENT, RoleRevokedV1.class),
  COMMIT_STATUS_SET_V1("commit-status-set", 1, RecordKind.EVENT, CommitStatusSetV1.class),
  CHANGES_STAGED_V1("changes-staged", 1, RecordKind.EVENT, ChangesStagedV1.class),
  CHANGES_UNSTAGED_V1("changes-unstaged", 1, RecordKind.EVENT, ChangesUnstagedV1.class),
  OPERATION_PREPARED_V1("operation-prepared", 1, RecordKind.EVENT, OperationPreparedV1.class),
  OPERATION_ABORTED_V1("operation-aborted", 1, RecordKind.EVENT, OperationAbortedV1.class),
  COMMIT_TABLES_RECORDED_V1(
      "commit-tables-recorded", 1, RecordKind.EVENT, CommitTablesRecordedV1.class),
  COMMIT_CREATED_V1("commit-created", 1, RecordKind.EVENT, CommitCreatedV1.class),
  COMMIT_SCHEMA_RECORDED_V1(
      "commit-schema-recorded", 1, RecordKind.EVENT, CommitSchemaRecordedV1.class),
  MERGE_OPENED_V1("merge-opened", 1, RecordKind.EVENT, MergeOpenedV1.class),
  CONFLICTS_RESOLVED_V1("conflicts-resolved", 1, RecordKind.EVENT, ConflictsResolvedV1.class),
  RESOLUTIONS_FORGOTTEN_V1(
      "resolutions-forgotten", 1, RecordKind.EVENT, ResolutionsForgottenV1.class),
  MERGE_ABORTED_V1("merge-aborted", 1, RecordKind.EVENT, MergeAbortedV1.class),
  REPLAY_STARTED_V1("replay-started", 1, RecordKind.EVENT, ReplayStartedV1.class),
  REPLAY_SKIPPED_V1("replay-skipped", 1, RecordKind.EVENT, ReplaySkippedV1.class),
  REPLAY_ABORTED_V1("replay-aborted", 1, RecordKind.EVENT, ReplayAbortedV1.class),
  RECOVERY_COMPLETED_V1("recovery-completed", 1, RecordKind.EVENT, RecoveryCompletedV1.class),
  COMMAND_COMPLETED_V1("command-completed", 1, RecordKind.EVENT, CommandCompletedV1.class),
  CREATE_REPOSITORY_V1("create-repository", 1, RecordKind.COMMAND, CreateRepositoryV1.class),
  DELETE_REPOSITORY_V1("delete-repository", 1, RecordKind.COMMAND, DeleteRepositoryV1.class),
  OPEN_REPOSITORY_V1("open-repository", 1, RecordKind.COMMAND, OpenRepositoryV1.class),
  UPDATE_REPOSITORY_V1("update-repository", 1, RecordKind.COMMAND, UpdateRepositoryV1.class),
  ADD_STORAGE_V1("add-storage", 1, RecordKind.COMMAND, AddStorageV1.class),
  UPDATE_STORAGE_V1("update-storage", 1, RecordKind.COMMAND, UpdateStorageV1.class),
  REMOVE_STORAGE_V1("remove-storage", 1, RecordKind.COMMAND, RemoveStorageV1.class),
  REGISTER_TABLE_V1("register-table", 1, RecordKind.COMMAND, RegisterTableV1.class),
  RECORD_TABLE_SYNC_V1("record-table-sync", 1, RecordKind.COMMAND, RecordTableSyncV1.class),
  REMOVE_TABLE_V1("remove-table", 1, RecordKind.COMMAND, RemoveTableV1.class),
  CREATE_BRANCH_V1("create-branch", 1, RecordKind.COMMAND, CreateBranchV1.class),
  RENAME_BRANCH_V1("rename-branch", 1, RecordKind.COMMAND, RenameBranchV1.class),
  DELETE_BRANCH_V1("delete-branch", 1, RecordKind.COMMAND, DeleteBranchV1.class),
  CHECKOUT_BRANCH_V1("checkout-branch", 1, RecordKind.COMMAND, CheckoutBranchV1.class),
  REQUEST_MERGE_V1("request-merge", 1, RecordKind.COMMAND, RequestMergeV1.class),
  CLOSE_MERGE_REQUEST_V1("close-merge-request", 1, RecordKind.COMMAND, CloseMergeRequestV1.class),
  EXPIRE_BRANCH_V1("expire-branch", 1, RecordKind.COMMAND, ExpireBranchV1.class),
  PROTECT_BRANCH_V1("protect-branch", 1, RecordKind.COMMAND, ProtectBranchV1.class),
  REVIEW_BRANCH_V1("review-branch", 1, RecordKind.COMMAND, ReviewBranchV1.class),
  CREATE_CATALOG_V1("create-catalog", 1, RecordKind.COMMAND, CreateCatalogV1.class),
  DELETE_CATALOG_V1("delete-catalog", 1, RecordKind.COMMAND, DeleteCatalogV1.class),
  CREATE_CATALOG_BRANCH_V1(
      "create-catalog-branch", 1, RecordKind.COMMAND, CreateCatalogBranchV1.class),
  CHANGE_CATALOG_BRANCH_V1(
      "change-catalog-branch", 1, RecordKind.COMMAND, ChangeCatalogBranchV1.class),
  DELETE_CATALOG_BRANCH_V1(
      "delete-catalog-branch", 1, RecordKind.COMMAND, DeleteCatalogBranchV1.class),
  STAGE_CATALOG_CHANGES_V1(
      "stage-catalog-changes", 1, RecordKind.COMMAND, StageCatalogChangesV1.class),
  ABANDON_CATALOG_CHANGES_V1(
      "abandon-catalog-changes", 1, RecordKind.COMMAND, AbandonCatalogChangesV1.class),
  COMMIT_CATALOG_V1("commit-catalog", 1, RecordKind.COMMAND, CommitCatalogV1.class),
  RECORD_CATALOG_ARTIFACT_V1(
      "record-catalog-artifact", 1, RecordKind.COMMAND, RecordCatalogArtifactV1.class),
  CREATE_TAG_V1("create-tag", 1, RecordKind.COMMAND, CreateTagV1.class),
  DELETE_TAG_V1("delete-tag", 1, RecordKind.COMMAND, DeleteTagV1.class),
  ADD_CHECK_V1("add-check", 1, RecordKind.COMMAND, AddCheckV1.class),
  CREATE_ROLE_V1("create-role", 1, RecordKind.COMMAND, CreateRoleV1.class),
  DELETE_ROLE_V1("delete-role", 1, RecordKind.COMMAND, DeleteRoleV1.class),
  GRANT_ROLE_V1("grant-role", 1, RecordKind.COMMAND, GrantRoleV1.class),
  REVOKE_ROLE_V1("revoke-role", 1, RecordKind.COMMAND, RevokeRoleV1.class),
  REMOVE_CHECK_V1("remove-check", 1, RecordKind.COMMAND, RemoveCheckV1.class),
  SET_COMMIT_STATUS_V1("set-commit-status", 1, RecordKind.COMMAND, SetCommitStatusV1.class),
  STAGE_CHANGES_V1("stage-changes", 1, RecordKind.COMMAND, StageChangesV1.class),
  UNSTAGE_CHANGES_V1("unstage-changes", 1, RecordKind.COMMAND, UnstageChangesV1.class),
  COMMIT_TO_BRANCH_V1("commit-to-branch", 1, RecordKind.COMMAND, CommitToBranchV1.class),
  RECORD_COMMIT_SCHEMA_V1(
      "record-commit-schema", 1, RecordKind.COMMAND, RecordCommitSchemaV1.class),
  MERGE_BRANCH_V1("merge-branch", 1, RecordKind.COMMAND, MergeBranchV1.class),
  RESOLVE_CONFLICTS_V1("resolve-conflicts", 1, RecordKind.COMMAND, ResolveConflictsV1.class),
  FORGET_RESOLUTIONS_V1("forget-resolutions", 1, RecordKind.COMMAND, ForgetResolutionsV1.class),
  CONTINUE_MERGE_V1("continue-merge", 1, RecordKind.COMMAND, ContinueMergeV1.class),
  REPLAY_COMMITS_V1("replay-commits", 1, RecordKind.COMMAND, ReplayCommitsV1.class),
  SKIP_COMMIT_V1("skip-commit", 1, RecordKind.COMMAND, SkipCommitV1.class),
  RESET_BRANCH_V1("reset-branch", 1, RecordKind.COMMAND, ResetBranchV1.class),
  ABORT_MERGE_V1("abort-merge", 1, RecordKind.COMMAND, AbortMergeV1.class),

  COMMAND_REJECTED("command-rejected", 1, RecordKind.REJECTION, Rejection.class);

  private static final Map<Class<?>, RecordType> BY_CLASS =
      Arrays.stream(values()).collect(Collectors.toMap(RecordType::javaType, Function.identity()));
  private static final Map<String, RecordType> BY_NAME =
      Arrays.stream(values())
          .collect(
              Collectors.toMap(type -> type.wireName + "." + type.version, Function.identity()));

  private final String wireName;
  private final int version;
  private final RecordKind kind;
  private final Class<? extends java.lang.Record> javaType;

  RecordType(
      String wireName, int version, RecordKind kind, Class<? extends java.lang.Record> javaType) {
    this.wireName = wireName;
    this.version = version;
    this.kind = kind;
    this.javaType = javaType;
  }

  public String wireName() {
    return wireName;
  }

  public int version() {
    return version;
  }

  public RecordKind kind() {
    return kind;
  }

  public Class<? extends java.lang.Record> javaType() {
    return javaType;
  }

  public static RecordType of(Object data) {
    RecordType type = BY_CLASS.get(data.getClass());
    if (type == null) {
      throw new IllegalArgumentException("not a record of the log: " + data.getClass());
    }
    return type;
  }

  public static Optional<RecordType> of(String wireName, int version) {
    return Optional.ofNullable(BY_NAME.get(wireName + "." + version));
  }
}
