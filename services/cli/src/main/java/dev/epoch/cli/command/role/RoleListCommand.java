package dev.epoch.cli.command.role;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch role list}. */
@Command(name = "list", description = "List the roles, what they may, and who has them.")
public final class RoleListCommand extends RoleListing {

  /** The command in a session. */
  public RoleListCommand(Session session) {
    super(session);
  }
}
