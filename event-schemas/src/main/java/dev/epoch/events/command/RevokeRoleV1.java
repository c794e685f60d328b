package dev.epoch.events.command;

/**
 * Take a role from somebody, with all its limits.
 *
 * @param role name of the role
 * @param subject who has it: user:ID or group:NAME
 */
public record RevokeRoleV1(String role, String subject) implements Command {}
