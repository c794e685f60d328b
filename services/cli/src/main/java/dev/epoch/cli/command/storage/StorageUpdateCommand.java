package dev.epoch.cli.command.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch storage update}. */
@Command(name = "update", description = "Change a storage backend.")
public final class StorageUpdateCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the storage backend.")
  private String name;

  @Option(names = "--description", paramLabel = "<text>", description = "Its description.")
  private String description;

  @Option(names = "--enable", description = "Let it be used.")
  private boolean enable;

  @Option(names = "--disable", description = "Do not let it be used.")
  private boolean disable;

  /** The command in a session. */
  public StorageUpdateCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (enable && disable) {
      throw CommandFailure.usage("--enable and --disable exclude each other");
    }
    ObjectNode changes = Json.object();
    if (description != null) {
      changes.put("description", description);
    }
    if (enable || disable) {
      changes.put("enabled", enable);
    }
    if (changes.isEmpty()) {
      throw CommandFailure.usage("give --description, --enable or --disable");
    }
    JsonNode answer = client().storage().update(name, changes);
    if (output().json()) {
      output().json(answer);
    } else {
      output().confirm("Updated storage '" + name + "'");
    }
    return ExitCode.OK;
  }
}
