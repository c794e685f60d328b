package dev.epoch.events.command;

/**
 * Merge a branch by itself no more.
 *
 * @param target name of the branch to merge into
 * @param source name of the branch to merge
 * @param reason withdrawn, merged, moved
 */
public record CloseMergeRequestV1(String target, String source, String reason) implements Command {}
