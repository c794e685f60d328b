package dev.epoch.events.event;

/**
 * A commit has a name that stays. Who gave it, and when, is that of the record.
 *
 * @param name of the tag
 * @param commit that it names
 * @param target the commit as the user wrote it, or null
 * @param message of the author, or null
 * @param former commit that the tag named before, or null if it is new
 */
public record TagCreatedV1(String name, String commit, String target, String message, String former)
    implements Event.OfTag {}
