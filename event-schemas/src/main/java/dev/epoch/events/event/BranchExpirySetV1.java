package dev.epoch.events.event;

import dev.epoch.events.BranchExpiry;

/**
 * It is settled when a branch expires.
 *
 * @param branchId of the branch
 * @param expiry null for never
 */
public record BranchExpirySetV1(String branchId, BranchExpiry expiry) implements Event.OfBranch {}
