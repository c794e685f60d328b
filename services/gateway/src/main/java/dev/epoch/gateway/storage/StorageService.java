package dev.epoch.gateway.storage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.events.Actor;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AddStorageV1;
import dev.epoch.events.command.RemoveStorageV1;
import dev.epoch.events.command.UpdateStorageV1;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.storage.StorageAdapterFactory.Location;
import dev.epoch.storage.StorageAdapterFactory.Settings;
import dev.epoch.storage.StorageCheck;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Storage backends of a repository. Secrets are sealed before they leave this class. */
public final class StorageService {
  private final StorageAdapters adapters;

  public StorageService(StorageAdapters adapters) {
    this.adapters = adapters;
  }

  public StorageState add(
      LiveRepository repository,
      String name,
      String backend,
      Map<String, JsonNode> config,
      String description,
      boolean makeDefault,
      Caller caller) {
    Settings settings = adapters.factory(backend).settings(config);
    StepResult result =
        repository
            .step(
                new AddStorageV1(
                    name,
                    backend,
                    settings.config(),
                    adapters.seal(settings.secrets()),
                    description,
                    makeDefault),
                caller)
            .orRefuse();
    return get(result.state(), name);
  }

  /**
   * Null arguments leave what was. Fails with {@link dev.epoch.storage.BadLocationException} if a
   * secret would go to another address than it was given for.
   */
  public synchronized StorageState update(
      LiveRepository repository,
      String name,
      Map<String, JsonNode> config,
      String description,
      Boolean enabled,
      Boolean makeDefault,
      Caller caller) {
    StorageState former = get(repository.state(), name);
    Map<String, JsonNode> changed = Map.of();
    String sealed = null;
    if (config != null && !config.isEmpty()) {
      Settings settings =
          adapters.factory(former.backend()).change(adapters.settingsToChange(former), config);
      changed = settings.config();
      sealed = adapters.seal(settings.secrets());
    }
    StepResult result =
        repository
            .step(
                new UpdateStorageV1(name, changed, sealed, description, enabled, makeDefault),
                caller)
            .orRefuse();
    return get(result.state(), name);
  }

  /**
   * Seals a storage's secrets anew, one change of a storage at a time.
   *
   * @param reseal empty for what stays
   * @return whether they were
   */
  synchronized boolean reseal(
      LiveRepository repository,
      String name,
      Function<String, Optional<String>> reseal,
      Actor actor) {
    Optional<String> sealed =
        repository.state().storages().named(name).map(StorageState::sealedSecrets).flatMap(reseal);
    sealed.ifPresent(text ->
        repository
            .step(
                new UpdateStorageV1(name, Map.of(), text, null, null, null), Caller.of(actor, null))
            .orRefuse());
    return sealed.isPresent();
  }

  public void remove(LiveRepository repository, String name, boolean force, Caller caller) {
    repository.step(new RemoveStorageV1(name, force), caller).orRefuse();
  }

  /** Reaches the database and looks whether it allows what Epoch needs. */
  public StorageCheck test(RepositoryState state, String name) {
    return adapters.adapter(get(state, name)).check();
  }

  /** The storage of a name, the default one for null. */
  public StorageState namedOrDefault(RepositoryState state, String nameOrNull) {
    String name = nameOrNull != null ? nameOrNull : state.storages().defaultName();
    if (name == null) {
      throw new RefusedException(
          Code.VALIDATION,
          "A table needs a location, or a storage",
          Map.of(
              "remedy", "--location postgresql://host/database/schema.table, or --storage NAME"));
    }
    return get(state, name);
  }

  /** The same; the only storage where there is no default one: a branch has its tables there. */
  public StorageState namedOrOnly(RepositoryState state, String nameOrNull) {
    return nameOrNull == null
            && state.storages().defaultName() == null
            && state.storages().byName().size() == 1
        ? state.storages().byName().values().iterator().next()
        : namedOrDefault(state, nameOrNull);
  }

  public static StorageState get(RepositoryState state, String name) {
    return state.storages().named(name).orElseThrow(() -> notFound(name));
  }

  /** The refusal of a name that no storage has. */
  public static RefusedException notFound(String name) {
    return new RefusedException(
        Code.STORAGE_NOT_FOUND,
        "Storage backend '" + name + "' not found",
        Map.of("storage", name));
  }

  /**
   * The storage of a table's location: the one that is configured for its database, or a new one
   * named after it.
   */
  public StorageState forLocation(
      LiveRepository repository,
      String backend,
      Location location,
      String suggestedName,
      Caller caller) {
    Settings wanted = location.settings();
    Optional<StorageState> same =
        repository.state().storages().byName().values().stream()
            .filter(storage -> storage.backend().equals(backend))
            .filter(storage -> storage.config().equals(wanted.config()))
            .filter(
                storage -> adapters.settingsToChange(storage).secrets().equals(wanted.secrets()))
            .findFirst();
    if (same.isPresent()) {
      return same.get();
    }
    String name = suggestedName;
    for (int i = 2; repository.state().storages().named(name).isPresent(); i++) {
      name = suggestedName + "-" + i;
    }
    StepResult added =
        repository
            .step(
                new AddStorageV1(
                    name, backend, wanted.config(), adapters.seal(wanted.secrets()), null, false),
                Caller.of(caller.actor(), null))
            .orRefuse();
    return get(added.state(), name);
  }
}
