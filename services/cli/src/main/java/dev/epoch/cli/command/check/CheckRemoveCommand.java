package dev.epoch.cli.command.check;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch check remove}. */
@Command(name = "remove", description = "Remove a check.")
public final class CheckRemoveCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the check.")
  private String name;

  /** The command in a session. */
  public CheckRemoveCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    client().checks().remove(name);
    if (output().json()) {
      output().json(Json.object().put("status", "removed").put("name", name));
    } else {
      output().confirm("Removed check '" + name + "'");
    }
    return ExitCode.OK;
  }
}
