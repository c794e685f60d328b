package dev.epoch.events.command;

import dev.epoch.events.Actor;
import dev.epoch.events.ConflictSettings;

/**
 * Merge a branch into another.
 *
 * @param target branch name
 * @param source as the user wrote it
 * @param sourceCommit it stands for
 * @param strategy three_way, fast_forward, ours, theirs
 * @param message or null
 * @param author of the merge, null for the actor
 * @param noCommit leave the merge open for its commit
 * @param failOnConflict refuse instead of leaving conflicts open
 * @param expectedHead head the client knows, or null
 * @param liveChanges {@code commit}: uncommitted live changes of the default branch are committed
 *     first; {@code refuse}: the merge is refused where it would write their tables
 * @param rules what settles conflicts before the settings of the repository do, or null
 * @param promotion whether it brings what was tried elsewhere to where it is used: hooks and checks
 *     of promotions are asked, too
 */
public record MergeBranchV1(
    String target,
    String source,
    String sourceCommit,
    String strategy,
    String message,
    Actor author,
    boolean noCommit,
    boolean failOnConflict,
    String expectedHead,
    String liveChanges,
    ConflictSettings rules,
    boolean promotion)
    implements Command {}
