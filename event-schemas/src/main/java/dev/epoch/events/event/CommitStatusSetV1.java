package dev.epoch.events.event;

/**
 * Something is said about a commit. Who said it, and when, is that of the record.
 *
 * @param commit that it is about
 * @param context who says it, and about what: each context has one status at a time
 * @param state pending, success, failure
 * @param description for people, or null
 * @param targetUrl where there is more, or null
 */
public record CommitStatusSetV1(
    String commit, String context, String state, String description, String targetUrl)
    implements Event.OfCheck {}
