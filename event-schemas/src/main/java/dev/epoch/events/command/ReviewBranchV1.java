package dev.epoch.events.command;

/**
 * Say whether the head of a branch may be merged.
 *
 * @param branch name
 * @param commit that was looked at, head of the branch
 * @param verdict approve, reject
 * @param comment for people, or null
 */
public record ReviewBranchV1(String branch, String commit, String verdict, String comment)
    implements Command {}
