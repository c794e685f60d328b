package dev.epoch.webhooks;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Who is asked before a change is made, and may forbid it.
 *
 * @param event pre-commit, pre-merge, pre-promotion, pre-branch-delete
 * @param branches patterns of the branches that change; empty for all
 * @param timeout until the whole answer is there
 * @param failOpen whether the change goes on where nobody answers
 * @param active whether it is asked
 * @param createdBy id of the actor
 */
public record Hook(
    String repository,
    String name,
    String event,
    String url,
    List<String> branches,
    Duration timeout,
    boolean failOpen,
    boolean active,
    Instant createdAt,
    String createdBy) {
  public Hook {
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(name, "name");
    branches = List.copyOf(branches);
  }
}
