package dev.epoch.server;

/** Fired once: repositories are loaded and can be used, and requests are about to be let in. */
public record ServerStarted() {}
