package dev.epoch.events.command;

/**
 * Leave out the commit that a replay stopped at.
 *
 * @param branch name
 */
public record SkipCommitV1(String branch) implements Command {}
