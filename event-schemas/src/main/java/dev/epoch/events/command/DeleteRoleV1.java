package dev.epoch.events.command;

/**
 * Have a role of the repository's own no more.
 *
 * @param name name of the role
 */
public record DeleteRoleV1(String name) implements Command {}
