package dev.epoch.events.event;

/**
 * The repository does not have a role of its own any more.
 *
 * @param name name of the role
 */
public record RoleDeletedV1(String name) implements Event.OfRole {}
