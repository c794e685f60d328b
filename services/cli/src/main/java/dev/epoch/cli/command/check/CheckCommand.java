package dev.epoch.cli.command.check;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch check}. */
@Command(
    name = "check",
    description = "Queries that must return no rows in what commits and merges leave.",
    synopsisSubcommandLabel = "[<command>]")
public final class CheckCommand extends CheckListing {

  /** The command in a session. */
  public CheckCommand(Session session) {
    super(session);
  }
}
