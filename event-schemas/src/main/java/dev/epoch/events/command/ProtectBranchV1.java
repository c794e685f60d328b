package dev.epoch.events.command;

import dev.epoch.events.BranchProtection;

/**
 * Protect branches, or end that.
 *
 * @param pattern name of branches, {@code *} for any characters
 * @param protection how, or null for no more
 */
public record ProtectBranchV1(String pattern, BranchProtection protection) implements Command {}
