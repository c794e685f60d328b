package dev.epoch.cli.command.role;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch role delete}. */
@Command(name = "delete", description = "Delete a role of the repository's own, which nobody has.")
public final class RoleDeleteCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the role.")
  private String name;

  /** The command in a session. */
  public RoleDeleteCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    client().roles().delete(name);
    if (output().json()) {
      output().json(Json.object().put("status", "deleted").put("name", name));
    } else {
      output().confirm("Deleted role '" + name + "'");
    }
    return ExitCode.OK;
  }
}
