package dev.epoch.api.access;

import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.model.access.Verb;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** The keys with which clients may ask. What is stored of a key does not tell it. */
public interface ApiKeys {
  /**
   * A key, without its secret.
   *
   * @param prefix how it begins; null where that was not kept
   * @param createdBy id of the actor
   * @param actsForOthers whether requests with it may name who they are for
   * @param administrator whether it may do everything, whatever roles say
   * @param scopes what it is for
   * @param expiresAt from then on it is refused; null for never
   * @param lastUsedAt as this server knows, to a few seconds; null for never
   * @param rotatedAt when it got its present secret, null if it has the first one
   * @param ofSettings whether it comes from the server's settings; then nobody created it here
   */
  record Key(
      String name,
      String prefix,
      Instant createdAt,
      String createdBy,
      boolean actsForOthers,
      boolean administrator,
      Set<Verb> scopes,
      Instant expiresAt,
      Instant lastUsedAt,
      Instant rotatedAt,
      boolean ofSettings) {}

  /**
   * A key to be.
   *
   * @param actsForOthers whether requests with it may name who they are for
   * @param administrator whether it may do everything, whatever roles say
   * @param scopes what it is for
   * @param expiresAt from then on it is refused; null for never
   */
  record NewKey(
      String name,
      boolean actsForOthers,
      boolean administrator,
      Set<Verb> scopes,
      Instant expiresAt) {}

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

  /** Those that were not revoked, by name. */
  List<Key> list();

  /**
   * Makes a key, which is accepted at once.
   *
   * @throws RequestRefusedException if there is one of this name
   */
  Created create(NewKey key, String createdBy);

  /**
   * Gives a key another secret; the former one is not accepted any more when this returns.
   *
   * @throws RequestRefusedException if there is none, or if settings name it
   */
  Created rotate(String name, String rotatedBy);

  /**
   * No request with the key is accepted any more when this returns.
   *
   * @throws RequestRefusedException if there is none, if settings name it, or if nobody could ask
   *     any more without it
   */
  void revoke(String name, String revokedBy);
}
