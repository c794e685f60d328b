package dev.epoch.cli.command.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.RefusedException;
import dev.epoch.client.storage.StorageBackends;
import dev.epoch.client.transport.Json;
import java.nio.file.Path;
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
      paramLabel = "<type>",
      description =
          "postgresql, mysql, mssql, sqlite, s3, azureblob, gcs or local (default: as --url says).")
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
  protected ExitCode run() {
    session().settings().unread().refuseVariablesOfStorages();
    if (type == null) {
      type = typeOfUrl();
    }
    String backend = wireType(type);
    if (session().settings().repository().isEmpty()) {
      return configure(backend);
    }
    JsonNode answer =
        client()
            .storage()
            .add(
                new StorageBackends.Draft(
                    name, backend, options.config(backend), description, setDefault));
    String problem = tried();
    if (output().json()) {
      output().json(answer);
    } else {
      output().confirm("Added storage '" + name + "' (" + type + ")");
    }
    if (problem == null) {
      return ExitCode.OK;
    }
    output().problem("warning: it cannot be used yet: " + problem);
    output()
        .problem(
            "hint: 'epoch storage update %1$s' corrects it, 'epoch storage test-credentials %1$s' tries it again, 'epoch storage remove %1$s' takes it out"
                .formatted(name));
    return ExitCode.NEGATIVE;
  }

  /** What is wrong with the connection; null if it answers. */
  private String tried() {
    try {
      StorageBackends.Connection connection = client().storage().test(name);
      return connection.ok() ? null : connection.message();
    } catch (RefusedException refused) {
      return refused.getMessage();
    }
  }

  /** Where no repository is named, the storage backend is kept for one that is yet to be made. */
  private ExitCode configure(String backend) {
    if (setDefault) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--set-default is for the storage of a repository, and this folder belongs to none",
          "name one with --repository, or run 'epoch repo open <name>' here");
    }
    ObjectNode config = options.config(backend);
    if (description != null) {
      config.put("description", description);
    }
    String section = backend.equals("postgresql") ? "postgres" : backend;
    Path file = session().settings().storages().add(name, section, config);
    if (output().json()) {
      output().json(Json.object().put("name", name).put("file", file.toString()));
    } else {
      output().confirm("Added storage '" + name + "' (" + type + ") to " + file);
      output()
          .remark(
              "hint: 'epoch init <name> --storage "
                  + name
                  + "' makes a repository with it; for one that exists, name it with --repository");
    }
    return ExitCode.OK;
  }

  /** What the URL begins with. */
  private String typeOfUrl() {
    String url = options.url();
    if (url == null || !url.contains("://")) {
      throw CommandFailure.usage(
          "give --type: postgresql, mysql, mssql, sqlite, s3, azureblob, gcs or local");
    }
    return wireType(url.substring(0, url.indexOf("://")));
  }

  /** The name of a type on the wire; the command line calls one of them differently. */
  public static String wireType(String type) {
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
