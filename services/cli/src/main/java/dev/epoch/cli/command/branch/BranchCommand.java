package dev.epoch.cli.command.branch;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch branch}: without more, the list. */
@Command(
    name = "branch",
    description = "List, create, rename and delete branches.",
    synopsisSubcommandLabel = "[<command>]")
public final class BranchCommand extends BranchListing {

  /** The command in a session. */
  public BranchCommand(Session session) {
    super(session);
  }

  @Override
  boolean graph() {
    return false;
  }
}
