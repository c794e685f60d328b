package dev.epoch.events.command;

/**
 * Give a commit a name that stays.
 *
 * @param name of the tag
 * @param commit that it names
 * @param target the commit as the user wrote it, or null
 * @param message of the author, or null
 * @param force whether a tag of this name may be taken from another commit
 */
public record CreateTagV1(String name, String commit, String target, String message, boolean force)
    implements Command {}
