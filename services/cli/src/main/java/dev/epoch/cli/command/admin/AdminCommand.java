package dev.epoch.cli.command.admin;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import picocli.CommandLine.Command;

/** {@code epoch admin}. */
@Command(
    name = "admin",
    description = "Look after the server.",
    synopsisSubcommandLabel = "<command>")
public final class AdminCommand extends EpochSubcommand {

  /** The command in a session. */
  public AdminCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    throw CommandFailure.usage("a command is missing: keys");
  }
}
