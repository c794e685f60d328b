package dev.epoch.gateway.hook;

import dev.epoch.events.Actor;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * What is about to happen to a branch.
 *
 * @param events names of the moments: pre-commit, pre-merge, pre-promotion, pre-branch-delete
 * @param repository name
 * @param repositoryCreated when it was created: another one may have had its name
 * @param branch name of the branch that changes
 * @param actor who asks
 * @param head id of the commit that the branch stands at
 * @param source as the user named it, or null
 * @param sourceCommit id of what is merged, null for a commit of uncommitted changes
 * @param message of the commit, or null
 * @param tables what differs, asked for at most once and only if somebody is told
 */
public record PlannedChange(
    List<String> events,
    String repository,
    Instant repositoryCreated,
    String branch,
    Actor actor,
    String head,
    String source,
    String sourceCommit,
    String message,
    Supplier<List<TableCounts>> tables) {
  public PlannedChange {
    events = List.copyOf(events);
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(branch, "branch");
    Objects.requireNonNull(actor, "actor");
  }

  /** Rows of a table that differ. */
  public record TableCounts(String table, long inserted, long updated, long deleted) {}
}
