package dev.epoch.events.command;

import dev.epoch.events.Actor;

/**
 * Merge a branch as soon as that is allowed.
 *
 * @param target name of the branch to merge into
 * @param source name of the branch to merge
 * @param commit its head, which alone is merged
 * @param message of the merge commit, or null
 * @param author of the merge commit
 */
public record RequestMergeV1(
    String target, String source, String commit, String message, Actor author) implements Command {}
