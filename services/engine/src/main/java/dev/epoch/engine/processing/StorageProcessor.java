package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AddStorageV1;
import dev.epoch.events.command.RemoveStorageV1;
import dev.epoch.events.command.UpdateStorageV1;
import dev.epoch.events.event.StorageAddedV1;
import dev.epoch.events.event.StorageRemovedV1;
import dev.epoch.events.event.StorageUpdatedV1;
import dev.epoch.model.ref.InvalidNameException;
import dev.epoch.model.ref.RepositoryName;
import java.util.List;
import java.util.Map;

/** Storage backends: add, update, remove. */
public final class StorageProcessor {
  private StorageProcessor() {}

  public static Decision add(RepositoryState state, AddStorageV1 command) {
    try {
      new RepositoryName(command.name());
    } catch (InvalidNameException e) {
      return Decision.reject(Code.INVALID_NAME, "Storage name: " + e.getMessage());
    }
    if (state.storages().named(command.name()).isPresent()) {
      return Decision.reject(
          new Rejection(
              Code.STORAGE_ALREADY_EXISTS,
              "Storage backend '" + command.name() + "' already exists",
              Map.of("storage", command.name())));
    }
    return Decision.accept(
        new StorageAddedV1(
            command.name(),
            command.backend(),
            command.config(),
            command.sealedSecrets(),
            command.description(),
            command.makeDefault()));
  }

  public static Decision update(RepositoryState state, UpdateStorageV1 command) {
    if (state.storages().named(command.name()).isEmpty()) {
      return Refusals.storageNotFound(command.name());
    }
    return Decision.accept(
        new StorageUpdatedV1(
            command.name(),
            command.config(),
            command.sealedSecrets(),
            command.description(),
            command.enabled(),
            command.makeDefault()));
  }

  public static Decision remove(RepositoryState state, RemoveStorageV1 command) {
    if (state.storages().named(command.name()).isEmpty()) {
      return Refusals.storageNotFound(command.name());
    }
    List<String> tables =
        state.tables().byId().values().stream()
            .filter(table -> !table.removed() && table.storage().equals(command.name()))
            .map(RegisteredTable::name)
            .sorted()
            .toList();
    if (!tables.isEmpty()) {
      return Decision.reject(
          new Rejection(
              Code.STORAGE_IN_USE,
              "Storage backend '"
                  + command.name()
                  + "' holds registered tables: "
                  + String.join(", ", tables),
              Map.of(
                  "storage",
                  command.name(),
                  "tables",
                  tables,
                  "remedy",
                  "Remove the tables first: epoch table remove NAME")));
    }
    return Decision.accept(new StorageRemovedV1(command.name()));
  }
}
