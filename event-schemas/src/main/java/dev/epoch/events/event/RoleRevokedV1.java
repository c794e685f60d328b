package dev.epoch.events.event;

/**
 * Somebody does not have a role any more, whatever its limits.
 *
 * @param role name of the role
 * @param subject who has it: user:ID or group:NAME
 */
public record RoleRevokedV1(String role, String subject) implements Event.OfRole {}
