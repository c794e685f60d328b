package dev.epoch.events.command;

/**
 * Delete a tag.
 *
 * @param name of the tag
 */
public record DeleteTagV1(String name) implements Command {}
