package dev.epoch.events.command;

/**
 * Move a branch to another commit, with its rows.
 *
 * @param branch name
 * @param target as the user wrote it
 * @param targetCommit it stands for
 * @param saved commit that uncommitted changes were put away in, or null
 * @param expectedHead head the client knows, or null
 */
public record ResetBranchV1(
    String branch, String target, String targetCommit, String saved, String expectedHead)
    implements Command {}
