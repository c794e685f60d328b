package dev.epoch.storage.record;

import java.util.Objects;

/**
 * What makes the repetition of a write of records harmless: the database remembers the key with
 * what came of the write, in the transaction that writes.
 *
 * @param repository that the key is of
 * @param key of the client
 * @param request digest of the whole request: the same key with another one is refused
 */
public record WriteKey(String repository, String key, String request) {
  public WriteKey {
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(request, "request");
  }
}
