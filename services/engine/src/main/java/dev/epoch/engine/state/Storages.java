package dev.epoch.engine.state;

import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Configured backends.
 *
 * @param byName all of them
 * @param defaultName of the default one, or null
 */
public record Storages(PMap<String, StorageState> byName, String defaultName) {
  public static final Storages NONE = new Storages(HashTreePMap.empty(), null);

  /** The storage of this name; none for null. */
  public Optional<StorageState> named(String name) {
    return Optional.ofNullable(name).map(byName::get);
  }

  Storages with(StorageState storage) {
    return new Storages(byName.plus(storage.name(), storage), defaultName);
  }

  Storages without(String name) {
    return new Storages(byName.minus(name), name.equals(defaultName) ? null : defaultName);
  }

  Storages withDefault(String name) {
    return new Storages(byName, name);
  }
}
