package dev.epoch.events.command;

/**
 * A check runs no more.
 *
 * @param name of the check
 */
public record RemoveCheckV1(String name) implements Command {}
