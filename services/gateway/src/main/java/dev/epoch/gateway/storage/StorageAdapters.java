package dev.epoch.gateway.storage;

import dev.epoch.engine.state.StorageState;
import dev.epoch.events.Rejection;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageAdapterFactory;
import dev.epoch.storage.StorageAdapterFactory.Settings;
import dev.epoch.storage.StorageCheck;
import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.schema.MigrationPrinter;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Open databases, one adapter per database and user however many storages name it. */
public final class StorageAdapters implements AutoCloseable {
  /** What users may write. */
  private static final String FORM = "postgresql://[user:pass@]host[:port]/database/schema.table";

  private final Map<String, StorageAdapterFactory> factories;
  private final SecretBox secrets;
  private final Map<Key, StorageAdapter> open = new ConcurrentHashMap<>();

  /** The same by what the log says of a storage, so that its secrets are opened once. */
  private final Map<StorageState, StorageAdapter> known = new ConcurrentHashMap<>();

  private record Key(String backend, Map<String, ?> config, Map<String, String> secrets) {}

  public StorageAdapters(Collection<StorageAdapterFactory> factories, SecretBox secrets) {
    this.factories =
        factories.stream()
            .collect(Collectors.toMap(StorageAdapterFactory::backend, Function.identity()));
    this.secrets = secrets;
  }

  public StorageAdapterFactory factory(String backend) {
    StorageAdapterFactory factory = factories.get(backend);
    if (factory == null) {
      throw new BadLocationException(
          "Backend type '" + backend + "' is not supported",
          "One of: " + String.join(", ", factories.keySet().stream().sorted().toList()));
    }
    return factory;
  }

  /** What prints migrations, by name of the dialect. */
  public SortedMap<String, MigrationPrinter> migrationPrinters() {
    SortedMap<String, MigrationPrinter> printers = new TreeMap<>();
    factories.values().stream()
        .flatMap(factory -> factory.migrationPrinter().stream())
        .forEach(printer -> printers.put(printer.dialect(), printer));
    return printers;
  }

  /** The factory whose location URLs look like this. */
  public StorageAdapterFactory factoryOf(String location) {
    Optional<StorageAdapterFactory> factory =
        factories.values().stream().filter(candidate -> candidate.recognises(location)).findFirst();
    return factory.orElseThrow(() -> new BadLocationException(unknown(location), FORM));
  }

  private static String unknown(String location) {
    return location.isBlank()
        ? "The location is empty"
        : "No backend understands the location '" + scheme(location) + "'";
  }

  /** Shows no more than the scheme: the rest may hold a password. */
  private static String scheme(String location) {
    int end = location.indexOf("://");
    return end < 0 ? "..." : location.substring(0, end + 3) + "...";
  }

  public StorageAdapter adapter(StorageState storage) {
    if (!storage.enabled()) {
      throw new RefusedException(
          Rejection.Code.VALIDATION,
          "Storage backend '" + storage.name() + "' is disabled",
          Map.of(
              "storage",
              storage.name(),
              "remedy",
              "epoch storage update " + storage.name() + " --enable"));
    }
    return known.computeIfAbsent(storage, _ -> adapter(storage.backend(), settings(storage)));
  }

  public StorageAdapter adapter(String backend, Settings settings) {
    return open.computeIfAbsent(
        new Key(backend, settings.config(), settings.secrets()),
        key -> factory(backend).open(settings));
  }

  /** Reaches a database with settings that nothing else uses yet. */
  StorageCheck tried(String backend, Settings settings) {
    try (StorageAdapter trial = factory(backend).open(settings)) {
      return trial.check();
    }
  }

  /** The id of the key that sealed the secrets, null if there are none or it cannot be told. */
  Long sealedBy(StorageState storage) {
    OptionalLong key =
        storage.sealedSecrets() == null
            ? OptionalLong.empty()
            : secrets.sealedBy(storage.sealedSecrets());
    return key.isPresent() ? key.getAsLong() : null;
  }

  /**
   * How to connect.
   *
   * @throws StorageUnavailableException if no key opens the secrets
   */
  public Settings settings(StorageState storage) {
    if (!readable(storage)) {
      throw new StorageUnavailableException(
          "The secrets of storage '"
              + storage.name()
              + "' cannot be decrypted: the key that sealed them is none of the server's keys",
          "Put back a copy of the key set file, or give the secrets again: epoch storage credentials "
              + storage.name()
              + " --rotate");
    }
    return new Settings(storage.config(), secrets.open(storage.sealedSecrets()));
  }

  /** {@link #settings}, without the secrets if no key opens them: they are to be given again. */
  Settings settingsToChange(StorageState storage) {
    return readable(storage) ? settings(storage) : new Settings(storage.config(), Map.of());
  }

  /** Whether the storage can be connected to: it has no secrets, or a key opens them. */
  public boolean readable(StorageState storage) {
    return storage.sealedSecrets() == null
        || known.containsKey(storage)
        || secrets.opens(storage.sealedSecrets());
  }

  public String seal(Map<String, String> plain) {
    return plain.isEmpty() ? null : secrets.seal(plain);
  }

  @Override
  public void close() {
    List.copyOf(open.values()).forEach(StorageAdapter::close);
  }
}
