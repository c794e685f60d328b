package dev.epoch.log;

/**
 * Where the records of one append ended up.
 *
 * @param position of the last record in the log
 * @param version of the last record in its stream
 */
public record AppendResult(long position, long version) {}
