package dev.epoch.cli.command.promote;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import picocli.CommandLine.Command;

/** {@code epoch promote}. */
@Command(
    name = "promote",
    description = "Bring commits from environment to environment, as a file says.",
    synopsisSubcommandLabel = "<command>")
public final class PromoteCommand extends EpochSubcommand {

  /** The command in a session. */
  public PromoteCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    throw CommandFailure.usage("give one of plan, apply, status, approve, rollback");
  }
}
