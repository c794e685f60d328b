package dev.epoch.events.command;

import dev.epoch.events.Digest;

/**
 * Remember that changes of a table are in the one that was copied from it, or the other way.
 *
 * @param name of the copy
 * @param returned whether changes of the copy were written to its origin
 * @param commit up to which
 */
public record RecordTableSyncV1(String name, boolean returned, Digest commit) implements Command {}
