package dev.epoch.gateway.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
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
import java.util.HashMap;
import java.util.List;
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
   * Null arguments leave what was. Fails with {@link dev.epoch.storage.error.BadLocationException}
   * if a secret would go to another address than it was given for.
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
                new UpdateStorageV1(name, Map.of(), text, null, null, null), Caller.allowed(actor))
            .orRefuse());
    return sealed.isPresent();
  }

  /**
   * What a storage logs in with.
   *
   * @param username null if none is set
   * @param secrets names of those that are kept; none if no key opens them
   * @param sealedBy id of the key that sealed them, null if that cannot be told
   * @param readable whether there are none, or a key opens them
   */
  public record Credentials(
      String storage,
      String backend,
      String username,
      List<String> secrets,
      Long sealedBy,
      boolean readable) {}

  public Credentials credentials(RepositoryState state, String name) {
    StorageState storage = get(state, name);
    JsonNode username = storage.config().get("username");
    return new Credentials(
        name,
        storage.backend(),
        username == null ? null : username.asText(),
        adapters.settingsToChange(storage).secrets().keySet().stream().sorted().toList(),
        adapters.sealedBy(storage),
        adapters.readable(storage));
  }

  /**
   * Gives a storage another password, if the database can be used with it; else the former one
   * stays. Fails as {@link #test} does, and with {@link RefusedException} for a check with
   * problems.
   *
   * @param username null for the same
   */
  public Credentials rotate(
      LiveRepository repository, String name, String username, String password, Caller caller) {
    StorageState former = get(repository.state(), name);
    Map<String, JsonNode> given = new HashMap<>();
    given.put("password", TextNode.valueOf(password));
    if (username != null) {
      given.put("username", TextNode.valueOf(username));
    }
    StorageCheck check =
        adapters.tried(
            former.backend(),
            adapters.factory(former.backend()).change(adapters.settingsToChange(former), given));
    if (!check.problems().isEmpty()) {
      StorageCheck.Problem problem = check.problems().getFirst();
      throw new RefusedException(
          Code.VALIDATION,
          "The password is not taken over: " + problem.problem(),
          Map.of("storage", name, "remedy", problem.remedy()));
    }
    update(repository, name, given, null, null, null, caller);
    return credentials(repository.state(), name);
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
                caller.another())
            .orRefuse();
    return get(added.state(), name);
  }
}
