package dev.epoch.engine.state;

import dev.epoch.events.Actor;
import java.time.Instant;
import java.util.Objects;

/**
 * A tag.
 *
 * @param name of the tag
 * @param commit id of the commit that it names
 * @param message of the author, or null
 * @param author who made it
 * @param createdAt when
 */
public record TagState(
    String name, String commit, String message, Actor author, Instant createdAt) {
  public TagState {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(commit, "commit");
  }
}
