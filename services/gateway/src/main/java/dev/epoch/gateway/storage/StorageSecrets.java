package dev.epoch.gateway.storage;

import dev.epoch.events.Actor;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.Repositories;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The secrets of the storages of all repositories. */
public final class StorageSecrets implements SealedSecrets {
  private final Repositories repositories;
  private final StorageService storages;

  public StorageSecrets(Repositories repositories, StorageService storages) {
    this.repositories = repositories;
    this.storages = storages;
  }

  @Override
  public String kind() {
    return "storages";
  }

  @Override
  public List<Sealed> all() {
    return repositories.list().stream()
        .flatMap(repository ->
            repository.state().storages().byName().values().stream()
                .filter(storage -> storage.sealedSecrets() != null)
                .map(storage ->
                    new Sealed(
                        "storage " + storage.name() + " of " + repository.name(),
                        storage.sealedSecrets())))
        .toList();
  }

  @Override
  public int reseal(Function<String, Optional<String>> reseal, Actor actor) {
    int replaced = 0;
    for (LiveRepository repository : repositories.list()) {
      for (String name : List.copyOf(repository.state().storages().byName().keySet())) {
        if (storages.reseal(repository, name, reseal, actor)) {
          replaced++;
        }
      }
    }
    return replaced;
  }
}
