package dev.epoch.events.command;

/** A request to change a repository, as it is kept in the log. Decided once, never replayed. */
public sealed interface Command
    permits CreateRepositoryV1,
        DeleteRepositoryV1,
        OpenRepositoryV1,
        UpdateRepositoryV1,
        AddStorageV1,
        UpdateStorageV1,
        RemoveStorageV1,
        RegisterTableV1,
        RemoveTableV1,
        CreateBranchV1,
        RenameBranchV1,
        DeleteBranchV1,
        CheckoutBranchV1,
        CreateTagV1,
        DeleteTagV1,
        StageChangesV1,
        UnstageChangesV1,
        CommitToBranchV1,
        MergeBranchV1,
        ResolveConflictsV1,
        ContinueMergeV1,
        AbortMergeV1,
        ReplayCommitsV1,
        SkipCommitV1,
        ResetBranchV1 {}
