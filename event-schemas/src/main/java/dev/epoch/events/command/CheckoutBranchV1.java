package dev.epoch.events.command;

/**
 * Work on a branch from now on.
 *
 * @param name of the branch
 */
public record CheckoutBranchV1(String name) implements Command {}
