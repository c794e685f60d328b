package dev.epoch.events;

import java.time.Instant;
import java.util.Objects;

/**
 * When a branch may be deleted by itself.
 *
 * @param at from when, and some grace later it is
 * @param work whether work that is nowhere else goes with it; else the branch stays as long as it
 *     has some
 */
public record BranchExpiry(Instant at, boolean work) {
  public BranchExpiry {
    Objects.requireNonNull(at, "at");
  }
}
