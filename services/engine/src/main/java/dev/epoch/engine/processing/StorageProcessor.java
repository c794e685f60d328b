package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AddStorageV1;
import dev.epoch.events.command.RemoveStorageV1;
import dev.epoch.events.command.UpdateStorageV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.StorageAddedV1;
import dev.epoch.events.event.StorageRemovedV1;
import dev.epoch.events.event.StorageUpdatedV1;
import dev.epoch.model.ref.InvalidNameException;
import dev.epoch.model.ref.RepositoryName;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
    List<String> tables = tables(state, command.name());
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
    List<String> kept =
        state.tables().removed().stream()
            .map(state.tables().byId()::get)
            .filter(table -> table.kept() && table.storage().equals(command.name()))
            .map(RegisteredTable::name)
            .distinct()
            .sorted()
            .toList();
    if (!kept.isEmpty()) {
      return Decision.reject(
          new Rejection(
              Code.STORAGE_IN_USE,
              "Storage backend '"
                  + command.name()
                  + "' holds what commits read of tables that were removed: "
                  + String.join(", ", kept),
              Map.of(
                  "storage",
                  command.name(),
                  "tables",
                  kept,
                  "remedy",
                  "Let the commits go: epoch table remove --purge NAME")));
    }
    return Decision.accept(new StorageRemovedV1(command.name()));
  }

  /** Names of the tables in a storage, those being registered included. */
  private static List<String> tables(RepositoryState state, String storage) {
    Stream<String> registered =
        state.tables().idByName().values().stream()
            .map(state.tables().byId()::get)
            .filter(table -> table.storage().equals(storage))
            .map(RegisteredTable::name);
    Stream<String> inFlight =
        state.operations().values().stream()
            .map(OperationState::plan)
            .filter(OperationPlan.RegisterTable.class::isInstance)
            .map(OperationPlan.RegisterTable.class::cast)
            .filter(plan -> plan.storage().equals(storage))
            .map(OperationPlan.RegisterTable::name);
    return Stream.concat(registered, inFlight).sorted().toList();
  }
}
