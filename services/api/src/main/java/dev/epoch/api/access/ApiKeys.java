package dev.epoch.api.access;

import dev.epoch.api.error.RequestRefusedException;
import java.time.Instant;
import java.util.List;

/** The keys with which clients may ask. What is stored of a key does not tell it. */
public interface ApiKeys {
  /**
   * A key, without its secret.
   *
   * @param createdBy id of the actor
   * @param actsForOthers whether requests with it may name who they are for
   * @param ofSettings whether it comes from the server's settings; then nobody created it here
   */
  record Key(
      String name,
      Instant createdAt,
      String createdBy,
      boolean actsForOthers,
      boolean ofSettings) {}

  /**
   * A new key.
   *
   * @param secret what clients send; told this once
   */
  record Created(Key key, String secret) {
    /** Shows no secret. */
    @Override
    public String toString() {
      return "Created[" + key + "]";
    }
  }

  /** Those that are accepted, by name. */
  List<Key> list();

  /**
   * Makes a key, which is accepted at once.
   *
   * @param actsForOthers whether requests with it may name who they are for
   * @throws RequestRefusedException if there is one of this name
   */
  Created create(String name, boolean actsForOthers, String createdBy);

  /**
   * No request with the key is accepted any more when this returns.
   *
   * @throws RequestRefusedException if there is none, if settings name it, or if nobody could ask
   *     any more without it
   */
  void revoke(String name, String revokedBy);
}
