package dev.epoch.events.command;

import dev.epoch.events.BranchExpiry;

/**
 * Let a branch expire, or no more.
 *
 * @param name of the branch
 * @param expiry null for never
 */
public record ExpireBranchV1(String name, BranchExpiry expiry) implements Command {}
