package dev.epoch.events.event;

/**
 * A fact of a repository. Each has a schema file, an applier, and golden copies; a released one
 * never changes.
 */
public sealed interface Event
    permits RepositoryCreatedV1,
        RepositoryDeletedV1,
        RepositoryOpenedV1,
        RepositoryUpdatedV1,
        StorageAddedV1,
        StorageUpdatedV1,
        StorageRemovedV1,
        TableRegisteredV1,
        TableRemovedV1,
        BranchCreatedV1,
        BranchRenamedV1,
        BranchDeletedV1,
        BranchCheckedOutV1,
        BranchMovedV1,
        BranchProtectedV1,
        BranchReviewedV1,
        TagCreatedV1,
        TagDeletedV1,
        CheckAddedV1,
        CheckRemovedV1,
        CommitStatusSetV1,
        ChangesStagedV1,
        ChangesUnstagedV1,
        OperationPreparedV1,
        OperationAbortedV1,
        CommitTablesRecordedV1,
        CommitCreatedV1,
        CommitSchemaRecordedV1,
        MergeOpenedV1,
        ConflictsResolvedV1,
        MergeAbortedV1,
        ReplayStartedV1,
        ReplaySkippedV1,
        ReplayAbortedV1,
        RecoveryCompletedV1,
        CommandCompletedV1 {}
