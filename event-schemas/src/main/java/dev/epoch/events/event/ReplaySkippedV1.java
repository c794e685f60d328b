package dev.epoch.events.event;

/**
 * A commit of a replay was left out.
 *
 * @param branchId of the branch
 * @param commit that was left out
 * @param reason {@code asked}: somebody wanted it; {@code empty}: nothing of it was left to do
 */
public record ReplaySkippedV1(String branchId, String commit, String reason)
    implements Event.OfReplay {}
