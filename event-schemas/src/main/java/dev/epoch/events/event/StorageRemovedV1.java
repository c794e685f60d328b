package dev.epoch.events.event;

/**
 * A storage backend is not configured any more.
 *
 * @param name of the storage
 */
public record StorageRemovedV1(String name) implements Event.OfStorage {}
