package dev.epoch.gateway.storage;

import dev.epoch.events.Actor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The keys that seal secrets, and the secrets that they have sealed. */
public final class SecretKeyService {
  private final SecretBox box;
  private final List<SealedSecrets> keepers;

  /**
   * @param keepers whoever keeps sealed secrets
   */
  public SecretKeyService(SecretBox box, List<SealedSecrets> keepers) {
    this.box = box;
    this.keepers = List.copyOf(keepers);
  }

  /**
   * A key.
   *
   * @param primary whether it seals; the others only open
   * @param secrets how many of what is stored it has sealed
   */
  public record Key(long id, boolean primary, long secrets) {}

  /**
   * What a new key has brought.
   *
   * @param key its id
   * @param resealed how many secrets it has sealed anew, by kind of what they belong to
   * @param unreadable whose secrets stay as they are, as no key opens them
   */
  public record Rotated(long key, Map<String, Integer> resealed, List<String> unreadable) {}

  /** In the order in which they came. */
  public List<Key> list() {
    List<OptionalLong> sealers =
        keepers.stream()
            .flatMap(keeper -> keeper.all().stream())
            .map(secret -> box.sealedBy(secret.text()))
            .toList();
    return box.keys().stream()
        .map(key ->
            new Key(
                key.id(),
                key.primary(),
                sealers.stream().filter(OptionalLong.of(key.id())::equals).count()))
        .toList();
  }

  /**
   * Makes a new key and seals with it what is stored. What the log has of former states stays
   * sealed by former keys, which stay.
   */
  public Rotated rotate(Actor actor) {
    long key = box.rotate();
    Map<String, Integer> resealed = new LinkedHashMap<>();
    for (SealedSecrets keeper : keepers) {
      resealed.put(
          keeper.kind(),
          keeper.reseal(
              sealed -> box.opens(sealed) ? box.resealed(sealed) : Optional.empty(), actor));
    }
    return new Rotated(key, resealed, unreadable());
  }

  /** Whose secrets none of the keys opens. */
  public List<String> unreadable() {
    return keepers.stream()
        .flatMap(keeper -> keeper.all().stream())
        .filter(secret -> !box.opens(secret.text()))
        .map(SealedSecrets.Sealed::owner)
        .toList();
  }
}
