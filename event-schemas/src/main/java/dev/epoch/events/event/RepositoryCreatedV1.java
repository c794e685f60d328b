package dev.epoch.events.event;

/**
 * A repository exists, with its default branch at an empty root commit.
 *
 * @param description for people, may be empty
 * @param defaultBranch name of the default branch
 * @param defaultBranchId id of the default branch
 * @param rootCommit id of the empty commit that every history starts from; logs do not show it
 */
public record RepositoryCreatedV1(
    String description, String defaultBranch, String defaultBranchId, String rootCommit)
    implements Event.OfRepository {}
