package dev.epoch.events.command;

/**
 * Say something about a commit.
 *
 * @param commit that it is about
 * @param context who says it, and about what: each context has one status at a time
 * @param state pending, success, failure
 * @param description for people, or null
 * @param targetUrl where there is more, or null
 */
public record SetCommitStatusV1(
    String commit, String context, String state, String description, String targetUrl)
    implements Command {}
