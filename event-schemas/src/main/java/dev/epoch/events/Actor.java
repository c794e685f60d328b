package dev.epoch.events;

import java.util.Objects;

/**
 * Who asked. {@code name} and {@code email} may be empty, {@code id} never is.
 *
 * @param id stable identity, {@code anonymous} where nobody logged in
 * @param name for people to read
 * @param email for people to read
 */
public record Actor(String id, String name, String email) {
  /** What the ids of the server itself begin with. */
  public static final String OWN = "epoch:";

  public static final Actor ANONYMOUS = new Actor("anonymous", "", "");

  /** The server itself, when it completes or undoes what a stopped process left behind. */
  public static final Actor RECOVERY = new Actor("epoch:recovery", "Epoch recovery", "");

  /** The server itself, when it commits what applications changed in live tables. */
  public static final Actor LIVE = new Actor("epoch:live", "Epoch live changes", "");

  /** Keeps the requests of merges; the merges themselves are those of who asked for them. */
  public static final Actor AUTO_MERGE = new Actor("epoch:auto-merge", "Epoch auto-merge", "");

  /** Deletes branches whose time has come. */
  public static final Actor EXPIRY = new Actor("epoch:expiry", "Epoch branch expiry", "");

  public Actor {
    Objects.requireNonNull(id, "id");
    name = Objects.requireNonNullElse(name, "");
    email = Objects.requireNonNullElse(email, "");
  }
}
