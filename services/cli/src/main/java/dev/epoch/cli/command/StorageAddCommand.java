package dev.epoch.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.client.StorageBackends;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch storage add}. */
@Command(name = "add", description = "Register a storage backend.", sortOptions = false)
public final class StorageAddCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the storage backend.")
  private String name;

  @Option(
      names = "--type",
      required = true,
      paramLabel = "<type>",
      description = "postgresql, mysql, mssql, sqlite, s3, azureblob, gcs or local.")
  private String type;

  @Option(names = "--description", paramLabel = "<text>", description = "What it is for.")
  private String description;

  @Option(names = "--set-default", description = "Make it the default storage backend.")
  private boolean setDefault;

  @Mixin private final StorageOptions options = new StorageOptions();

  /** The command in a session. */
  public StorageAddCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    String backend = wireType(type);
    JsonNode answer =
        session()
            .clientOfAnyRepository()
            .storage()
            .add(
                new StorageBackends.Draft(
                    name, backend, options.config(backend), description, setDefault));
    if (output().json()) {
      output().json(answer);
    } else {
      output().confirm("Added storage '" + name + "' (" + type + ")");
    }
    return ExitCode.OK;
  }

  /** The name of a type on the wire; the command line calls one of them differently. */
  static String wireType(String type) {
    return switch (type) {
      case "postgres" -> "postgresql";
      case "azureblob" -> "azure";
      case "postgresql", "mysql", "mssql", "sqlite", "s3", "azure", "gcs", "local" -> type;
      default ->
          throw CommandFailure.usage(
              "unknown storage type '"
                  + type
                  + "'; known: postgresql, mysql, mssql, sqlite, s3, azureblob, gcs, local");
    };
  }
}
