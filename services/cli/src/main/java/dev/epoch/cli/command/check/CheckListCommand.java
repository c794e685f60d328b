package dev.epoch.cli.command.check;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch check list}. */
@Command(name = "list", description = "List the checks.")
public final class CheckListCommand extends CheckListing {

  /** The command in a session. */
  public CheckListCommand(Session session) {
    super(session);
  }
}
