package dev.epoch.cli.command.merge;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch conflicts}: without more, shows them. */
@Command(
    name = "conflicts",
    description = "Show and resolve the conflicts of the open merge.",
    synopsisSubcommandLabel = "[<command>]")
public final class ConflictsCommand extends ConflictListing {

  /** The command in a session. */
  public ConflictsCommand(Session session) {
    super(session);
  }

  @Override
  String table() {
    return null;
  }
}
