package dev.epoch.events.event;

/**
 * A fact of a repository. Each has a schema file, an applier, and golden copies; a released one
 * never changes. Events that are about the same belong to a family, so that readers can say of all
 * of them that they are nothing to them.
 */
public sealed interface Event
    permits Event.OfRepository,
        Event.OfStorage,
        Event.OfTable,
        Event.OfBranch,
        Event.OfTag,
        Event.OfCheck,
        Event.OfRole,
        Event.OfStaging,
        Event.OfOperation,
        Event.OfCommit,
        Event.OfMerge,
        Event.OfReplay,
        Event.OfCatalog,
        CommandCompletedV1 {

  /** What becomes of the repository itself. */
  sealed interface OfRepository extends Event
      permits RepositoryCreatedV1, RepositoryDeletedV1, RepositoryOpenedV1, RepositoryUpdatedV1 {}

  /** Storages that it knows. */
  sealed interface OfStorage extends Event
      permits StorageAddedV1, StorageUpdatedV1, StorageRemovedV1 {}

  /** Which tables are versioned. */
  sealed interface OfTable extends Event permits TableRegisteredV1, TableSyncedV1, TableRemovedV1 {}

  /** Branches: their names, heads and rules. */
  sealed interface OfBranch extends Event
      permits BranchCreatedV1,
          BranchRenamedV1,
          BranchDeletedV1,
          BranchCheckedOutV1,
          BranchMovedV1,
          BranchExpirySetV1,
          BranchProtectedV1,
          BranchReviewedV1 {}

  /** Tags. */
  sealed interface OfTag extends Event permits TagCreatedV1, TagDeletedV1 {}

  /** Checks, and what is said about commits. */
  sealed interface OfCheck extends Event permits CheckAddedV1, CheckRemovedV1, CommitStatusSetV1 {}

  /** Roles, and who has them. */
  sealed interface OfRole extends Event
      permits RoleCreatedV1, RoleDeletedV1, RoleGrantedV1, RoleRevokedV1 {}

  /** What the next commit of a branch takes. */
  sealed interface OfStaging extends Event permits ChangesStagedV1, ChangesUnstagedV1 {}

  /** Operations in databases, and their recovery. */
  sealed interface OfOperation extends Event
      permits OperationPreparedV1, OperationAbortedV1, RecoveryCompletedV1 {}

  /** Commits, whole or in parts. */
  sealed interface OfCommit extends Event
      permits CommitTablesRecordedV1, CommitCreatedV1, CommitSchemaRecordedV1 {}

  /** Merges that wait, and decisions about their conflicts. */
  sealed interface OfMerge extends Event
      permits MergeOpenedV1,
          MergeRequestClosedV1,
          MergeRequestedV1,
          ConflictsResolvedV1,
          ResolutionsForgottenV1,
          MergeAbortedV1 {}

  /** Commits that are replayed one after the other. */
  sealed interface OfReplay extends Event
      permits ReplayStartedV1, ReplaySkippedV1, ReplayAbortedV1 {}

  /** Classes and instances: databases, branches and commits of the catalog. */
  sealed interface OfCatalog extends Event
      permits CatalogCreatedV1,
          CatalogDeletedV1,
          CatalogBranchCreatedV1,
          CatalogBranchChangedV1,
          CatalogBranchDeletedV1,
          CatalogWorkingChangedV1,
          CatalogWorkingAbandonedV1,
          CatalogCommittedV1,
          CatalogArtifactSolvedV1 {}
}
