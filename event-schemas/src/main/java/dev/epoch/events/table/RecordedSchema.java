package dev.epoch.events.table;

import dev.epoch.events.Digest;

/**
 * The objects of a database's schemas as they were, stored beside the log.
 *
 * @param root chunk that they are read from
 * @param schema their hash
 * @param objects how many there are
 */
public record RecordedSchema(Digest root, Digest schema, long objects) {}
