package dev.epoch.events.event;

/**
 * A replay was given up.
 *
 * @param branchId of the branch
 */
public record ReplayAbortedV1(String branchId) implements Event.OfReplay {}
