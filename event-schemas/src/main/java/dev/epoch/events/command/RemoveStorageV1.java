package dev.epoch.events.command;

/**
 * Forget a storage backend.
 *
 * @param name of the storage
 * @param force unused so far: tables in it always refuse
 */
public record RemoveStorageV1(String name, boolean force) implements Command {}
