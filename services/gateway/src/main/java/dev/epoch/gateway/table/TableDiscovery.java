package dev.epoch.gateway.table;

import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.gateway.storage.StorageAdapters;
import dev.epoch.gateway.storage.StorageService;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageAdapterFactory;
import dev.epoch.storage.StorageAdapterFactory.Settings;
import dev.epoch.storage.TablePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which tables a database has, and what they would be called in a repository. */
public final class TableDiscovery {
  private static final String PLAIN_SCHEMA = "public";

  private final StorageAdapters adapters;
  private final StorageService storages;

  public TableDiscovery(StorageAdapters adapters, StorageService storages) {
    this.adapters = adapters;
    this.storages = storages;
  }

  /**
   * A table of a database.
   *
   * @param name that it has in the repository, or would be given
   * @param registered whether the repository has it
   */
  public record Found(TablePath path, String name, boolean registered) {}

  /**
   * All tables of a database, by schema and name. Changes nothing.
   *
   * @param location URL of the database, or null
   * @param storageName of the storage where no location is given; null for the default one
   */
  public List<Found> discover(RepositoryState state, String location, String storageName) {
    StorageAdapter adapter;
    Settings settings;
    if (location != null) {
      StorageAdapterFactory factory = adapters.factoryOf(location);
      settings = factory.database(location);
      adapter = adapters.adapter(factory.backend(), settings);
    } else {
      StorageState storage = storages.namedOrDefault(state, storageName);
      settings = adapters.settings(storage);
      adapter = adapters.adapter(storage);
    }
    return named(registered(state, settings), names(state), adapter.tables());
  }

  /** Names by place of the tables that the repository has in a database. */
  private static Map<TablePath, String> registered(RepositoryState state, Settings settings) {
    Map<TablePath, String> registered = new HashMap<>();
    for (RegisteredTable table : state.tables().byId().values()) {
      StorageState storage = state.storages().byName().get(table.storage());
      if (!table.removed() && storage != null && storage.config().equals(settings.config())) {
        registered.put(new TablePath(table.schemaName(), table.tableName()), table.name());
      }
    }
    return registered;
  }

  private static Set<String> names(RepositoryState state) {
    return new HashSet<>(state.tables().idByName().keySet());
  }

  /** Of tables with one name, the one in the schema {@code public} has it alone. */
  private static List<Found> named(
      Map<TablePath, String> registered, Set<String> taken, List<TablePath> tables) {
    Map<TablePath, String> names = new HashMap<>(registered);
    List<TablePath> plainFirst = new ArrayList<>();
    tables.stream().filter(path -> path.schema().equals(PLAIN_SCHEMA)).forEach(plainFirst::add);
    tables.stream().filter(path -> !path.schema().equals(PLAIN_SCHEMA)).forEach(plainFirst::add);
    for (TablePath path : plainFirst) {
      if (!registered.containsKey(path)) {
        String name =
            taken.contains(path.table()) ? path.schema() + "_" + path.table() : path.table();
        taken.add(name);
        names.put(path, name);
      }
    }
    return tables.stream()
        .map(path -> new Found(path, names.get(path), registered.containsKey(path)))
        .toList();
  }
}
