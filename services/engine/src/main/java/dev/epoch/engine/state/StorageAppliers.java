package dev.epoch.engine.state;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.event.StorageAddedV1;
import dev.epoch.events.event.StorageUpdatedV1;
import java.util.HashMap;
import java.util.Map;

final class StorageAppliers {
  private StorageAppliers() {}

  static RepositoryState added(RepositoryState state, StorageAddedV1 event, Occurrence at) {
    StorageState storage =
        new StorageState(
            event.name(),
            event.backend(),
            event.config(),
            event.sealedSecrets(),
            event.description(),
            true,
            at.time());
    Storages storages = state.storages().with(storage);
    return state.withStorages(event.makeDefault() ? storages.withDefault(event.name()) : storages);
  }

  static RepositoryState updated(RepositoryState state, StorageUpdatedV1 event) {
    StorageState old = state.storages().byName().get(event.name());
    Map<String, JsonNode> config = new HashMap<>(old.config());
    config.putAll(event.config());
    StorageState changed =
        new StorageState(
            old.name(),
            old.backend(),
            config,
            event.sealedSecrets() == null ? old.sealedSecrets() : event.sealedSecrets(),
            event.description() == null ? old.description() : event.description(),
            event.enabled() == null ? old.enabled() : event.enabled(),
            old.createdAt());
    Storages storages = state.storages().with(changed);
    if (event.makeDefault() == null) {
      return state.withStorages(storages);
    }
    boolean isDefault = event.name().equals(storages.defaultName());
    return state.withStorages(
        event.makeDefault()
            ? storages.withDefault(event.name())
            : isDefault ? storages.withDefault(null) : storages);
  }
}
