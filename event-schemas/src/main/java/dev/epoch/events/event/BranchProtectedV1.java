package dev.epoch.events.event;

import dev.epoch.events.BranchProtection;

/**
 * Branches are protected, or no more.
 *
 * @param pattern name of branches, {@code *} for any characters
 * @param protection how, or null for no more
 */
public record BranchProtectedV1(String pattern, BranchProtection protection)
    implements Event.OfBranch {}
