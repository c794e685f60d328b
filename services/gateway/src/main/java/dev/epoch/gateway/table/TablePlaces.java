package dev.epoch.gateway.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.storage.StorageService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.storage.StorageAdapterFactory;
import dev.epoch.storage.StorageAdapterFactory.Location;
import dev.epoch.storage.StorageAdapterFactory.Settings;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BadLocationException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where tables are that requests name by a location, or by a storage and a path in it. */
final class TablePlaces {
  private final Backends backends;
  private final StorageService storages;

  TablePlaces(Backends backends, StorageService storages) {
    this.backends = backends;
    this.storages = storages;
  }

  /** A storage of the repository, and a table in it. */
  record Place(StorageState storage, TablePath path) {}

  private static Location location(StorageAdapterFactory factory, TableService.Request request) {
    if (request.path() == null) {
      return factory.parse(request.location());
    }
    Settings database = factory.database(request.location());
    return new Location(database, factory.path(database, request.path()));
  }

  private static final Pattern STORAGE_URL =
      Pattern.compile("[a-z][a-z0-9+.-]*://(?<storage>[^/:@?#]+)/(?<path>[^/?#]+)");

  /** What is meant may have been a storage; then a URL without its table says so. */
  private static Location orNamed(
      RepositoryState state, StorageAdapterFactory factory, TableService.Request request) {
    try {
      return location(factory, request);
    } catch (BadLocationException wrong) {
      Matcher parts = STORAGE_URL.matcher(request.location());
      if (request.path() != null || !parts.matches()) {
        throw wrong;
      }
      throw new BadLocationException(
          wrong.getMessage() + "; and there is no storage '" + parts.group("storage") + "'",
          state.storages().byName().isEmpty()
              ? wrong.remedy()
              : "The repository has " + String.join(", ", state.storages().byName().keySet()));
    }
  }

  /** A URL that names a storage of the repository where others name a host. */
  private Optional<TableService.Request> inStorage(
      RepositoryState state, StorageAdapterFactory factory, TableService.Request request) {
    Matcher parts = STORAGE_URL.matcher(request.location());
    if (request.path() != null || !parts.matches()) {
      return Optional.empty();
    }
    return state
        .storages()
        .named(parts.group("storage"))
        .filter(storage -> storage.backend().equals(factory.backend()))
        .map(storage ->
            new TableService.Request(
                request.name(),
                null,
                storage.name(),
                URLDecoder.decode(parts.group("path").replace("+", "%2B"), StandardCharsets.UTF_8),
                request.primaryKey(),
                request.branch()));
  }

  Place place(
      LiveRepository repository, TableService.Request request, boolean live, Caller caller) {
    if (request.location() != null) {
      StorageAdapterFactory factory = backends.adapters().factoryOf(request.location());
      Optional<TableService.Request> named = inStorage(repository.state(), factory, request);
      if (named.isPresent()) {
        return place(repository, named.get(), live, caller);
      }
      Location location = orNamed(repository.state(), factory, request);
      if (live) {
        // reached and read before anything is written to the log
        backends
            .adapters()
            .adapter(factory.backend(), location.settings())
            .introspect(location.path(), request.primaryKey());
      }
      JsonNode database = location.settings().config().get("database");
      String suggested =
          database == null
              ? factory.backend()
              : database.asText().replaceAll("[^A-Za-z0-9._-]", "-");
      if (!suggested.matches("[A-Za-z0-9].*")) {
        suggested = factory.backend();
      }
      return new Place(
          storages.forLocation(repository, factory.backend(), location, suggested, caller),
          location.path());
    }
    StorageState storage =
        live
            ? storages.namedOrDefault(repository.state(), request.storageName())
            : storages.namedOrOnly(repository.state(), request.storageName());
    StorageAdapterFactory factory = backends.adapters().factory(storage.backend());
    String path = request.path() == null ? request.name() : request.path();
    return new Place(storage, factory.path(backends.adapters().settings(storage), path));
  }
}
