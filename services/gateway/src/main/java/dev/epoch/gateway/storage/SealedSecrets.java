package dev.epoch.gateway.storage;

import dev.epoch.events.Actor;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Whoever keeps secrets that a {@link SecretBox} has sealed. */
public interface SealedSecrets {
  /**
   * @param owner whose secret it is, as people know it: {@code storage db of shop}
   */
  record Sealed(String owner, String text) {}

  /** What it is that they belong to, in the plural: {@code storages}. */
  String kind();

  List<Sealed> all();

  /**
   * Replaces what is sealed. A secret that somebody changes meanwhile stays as they made it.
   *
   * @param reseal empty for what stays
   * @param actor who wants it
   * @return how many were replaced
   */
  int reseal(Function<String, Optional<String>> reseal, Actor actor);
}
