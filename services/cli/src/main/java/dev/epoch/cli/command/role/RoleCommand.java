package dev.epoch.cli.command.role;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch role}: without more, the list. */
@Command(
    name = "role",
    description = "Roles of the repository, and who has them.",
    synopsisSubcommandLabel = "[<command>]")
public final class RoleCommand extends RoleListing {

  /** The command in a session. */
  public RoleCommand(Session session) {
    super(session);
  }
}
