package dev.epoch.events.command;

/**
 * Give an open merge up.
 *
 * @param branch target
 */
public record AbortMergeV1(String branch) implements Command {}
