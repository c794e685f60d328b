package dev.epoch.events.command;

import dev.epoch.events.Actor;

/**
 * Commit an open merge.
 *
 * @param branch target
 * @param message or null
 * @param author of the commit, null for the actor
 */
public record ContinueMergeV1(String branch, String message, Actor author) implements Command {}
