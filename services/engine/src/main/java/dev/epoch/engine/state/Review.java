package dev.epoch.engine.state;

import dev.epoch.events.Actor;
import java.time.Instant;
import java.util.Objects;

/**
 * What somebody said last about the head of a branch.
 *
 * @param actor who
 * @param commit that was the head then; the review is about no other
 * @param verdict approve, reject
 * @param comment for people, or null
 * @param time when
 */
public record Review(Actor actor, String commit, String verdict, String comment, Instant time) {
  public Review {
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(commit, "commit");
    Objects.requireNonNull(verdict, "verdict");
  }

  public boolean approves() {
    return verdict.equals("approve");
  }
}
