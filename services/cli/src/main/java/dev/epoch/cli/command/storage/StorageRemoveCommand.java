package dev.epoch.cli.command.storage;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch storage remove}. */
@Command(name = "remove", description = "Remove a storage backend; the data in it stays.")
public final class StorageRemoveCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the storage backend.")
  private String name;

  @Option(
      names = {"-f", "--force"},
      description = "Also if tables are registered in it.")
  private boolean force;

  /** The command in a session. */
  public StorageRemoveCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    client().storage().remove(name, force);
    if (output().json()) {
      output().json(Json.object().put("status", "removed").put("name", name));
    } else {
      output().confirm("Removed storage '" + name + "'");
    }
    return ExitCode.OK;
  }
}
