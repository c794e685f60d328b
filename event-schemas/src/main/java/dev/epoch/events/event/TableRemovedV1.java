package dev.epoch.events.event;

/**
 * A table is not versioned any more; what Epoch kept of it is gone.
 *
 * @param tableId of the registration
 * @param name in the repository
 */
public record TableRemovedV1(String tableId, String name) implements Event {}
