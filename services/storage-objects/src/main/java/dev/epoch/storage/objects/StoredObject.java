package dev.epoch.storage.objects;

import java.time.Instant;

/**
 * What a store says of an object.
 *
 * @param size in bytes
 * @param modified when it was written, as the store keeps time
 */
public record StoredObject(String key, long size, Instant modified, ObjectVersion version) {}
