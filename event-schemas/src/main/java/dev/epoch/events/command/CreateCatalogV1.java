package dev.epoch.events.command;

/**
 * Give a repository a catalog: classes and instances beside its tables, with branches of their own.
 *
 * @param name name for people
 * @param description description for people
 * @param defaultBranch name of the first branch
 * @param ownsRepository whether the repository was made for the catalog, and goes with it
 */
public record CreateCatalogV1(
    String name, String description, String defaultBranch, boolean ownsRepository)
    implements Command {}
