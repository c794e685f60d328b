package dev.epoch.storage.record;

/** What a write did, in records. Deleting a row that is not there counts as unchanged. */
public record WriteResult(long inserted, long updated, long deleted, long unchanged) {}
