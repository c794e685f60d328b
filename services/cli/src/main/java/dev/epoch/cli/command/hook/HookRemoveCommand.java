package dev.epoch.cli.command.hook;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch hook remove}. */
@Command(name = "remove", description = "Remove a hook.")
public final class HookRemoveCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the hook.")
  private String name;

  /** The command in a session. */
  public HookRemoveCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    client().hooks().remove(name);
    if (output().json()) {
      output().json(Json.object().put("status", "removed").put("name", name));
    } else {
      output().confirm("Removed hook '" + name + "'");
    }
    return ExitCode.OK;
  }
}
