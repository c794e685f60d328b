package dev.epoch.model.schema.object;

/** How a sequence counts. */
public record SequenceOptions(
    long start, long increment, long minimum, long maximum, long cache, boolean cycle) {}
