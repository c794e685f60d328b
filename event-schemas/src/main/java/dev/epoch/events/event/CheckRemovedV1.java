package dev.epoch.events.event;

/**
 * A check runs no more.
 *
 * @param name of the check
 */
public record CheckRemovedV1(String name) implements Event.OfCheck {}
