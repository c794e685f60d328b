package dev.epoch.events.event;

import dev.epoch.events.Digest;

/**
 * Changes of one of two tables, of which one was copied from the other, were written to the other.
 *
 * @param tableId of the copy
 * @param name of the copy
 * @param returned whether changes of the copy were written to its origin; else the other way
 * @param commit up to which the changes of the one are in the other
 */
public record TableSyncedV1(String tableId, String name, boolean returned, Digest commit)
    implements Event.OfTable {}
