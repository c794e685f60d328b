package dev.epoch.events.event;

import dev.epoch.events.BranchingSettings;
import dev.epoch.events.ConflictSettings;
import dev.epoch.events.LiveCommits;

/**
 * Settings of a repository changed; a null leaves what was.
 *
 * @param description for people, or null
 * @param liveChanges what merges do with uncommitted live changes unless they say it: {@code
 *     commit}, {@code refuse}, or null
 * @param liveCommits when live changes are committed by themselves, or null
 * @param conflict what settles conflicts of merges, or null
 * @param branching what branches are for, or null
 */
public record RepositoryUpdatedV1(
    String description,
    String liveChanges,
    LiveCommits liveCommits,
    ConflictSettings conflict,
    BranchingSettings branching)
    implements Event.OfRepository {}
