package dev.epoch.events.event;

/**
 * An open merge was given up.
 *
 * @param mergeId of the merge
 * @param branchId target
 */
public record MergeAbortedV1(String mergeId, String branchId) implements Event.OfMerge {}
