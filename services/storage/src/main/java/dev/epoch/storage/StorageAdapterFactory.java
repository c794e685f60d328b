package dev.epoch.storage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.model.schema.migration.SchemaDialect;
import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.schema.MigrationPrinter;
import java.util.Map;
import java.util.Optional;

/** Opens databases of one backend. */
public interface StorageAdapterFactory {
  /** Wire name of the backend, {@code postgresql}. */
  String backend();

  /** Whether a table's location URL is this backend's. */
  boolean recognises(String location);

  /**
   * A table's location URL as the settings of its database and the path inside it. Fails with
   * {@link BadLocationException}.
   */
  Location parse(String location);

  /**
   * The location URL of a whole database as its settings. Fails with {@link BadLocationException},
   * also if it names a table.
   */
  Settings database(String location);

  /**
   * Settings as a user gave them, checked, with the secrets (passwords, also those inside URLs)
   * taken out. Fails with {@link BadLocationException}.
   */
  Settings settings(Map<String, JsonNode> given);

  /**
   * Settings after a change: what is not given stays. A secret stays with the address, login and
   * protection that it was given for. Fails with {@link BadLocationException} if it would be sent
   * elsewhere, or protected less, and is not given anew.
   */
  Settings change(Settings former, Map<String, JsonNode> given);

  /** The path of a table of a storage, as users write it: {@code table} or {@code schema.table}. */
  TablePath path(Settings settings, String text);

  /** Opens the database. Connects when it is first used. */
  StorageAdapter open(Settings settings);

  /** Prints migrations in the database's own dialect; empty if this backend does not. */
  default Optional<MigrationPrinter> migrationPrinter() {
    return Optional.empty();
  }

  /** How the backend's databases spell schemas; empty if it plans no changes of them. */
  default Optional<SchemaDialect> schemaDialect() {
    return Optional.empty();
  }

  /** Settings of a database and a table in it. */
  record Location(Settings settings, TablePath path) {}

  /**
   * Settings of a database.
   *
   * @param config what may be shown; equal for equal databases and users
   * @param secrets what may not
   */
  record Settings(Map<String, JsonNode> config, Map<String, String> secrets) {
    public Settings {
      config = Map.copyOf(config);
      secrets = Map.copyOf(secrets);
    }

    /** Shows no secret. */
    @Override
    public String toString() {
      return "Settings" + config;
    }
  }
}
