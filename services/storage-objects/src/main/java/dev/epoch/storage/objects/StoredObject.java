package dev.epoch.storage.objects;

import java.time.Instant;

/**
 * What a store says of an object.
 *
 * @param size in bytes
 * @param modified when it was written, by the store's clock; of an answer to a write it may be some
 *     seconds off
 */
public record StoredObject(String key, long size, Instant modified, ObjectVersion version) {}
