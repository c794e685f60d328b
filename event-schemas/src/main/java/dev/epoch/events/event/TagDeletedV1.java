package dev.epoch.events.event;

/**
 * A tag is gone.
 *
 * @param name of the tag
 * @param commit that it named
 */
public record TagDeletedV1(String name, String commit) implements Event.OfTag {}
