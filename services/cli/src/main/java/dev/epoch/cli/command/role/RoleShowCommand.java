package dev.epoch.cli.command.role;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.role.Roles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch role show}. */
@Command(name = "show", description = "Tell what a role may, and who has it.")
public final class RoleShowCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the role.")
  private String name;

  /** The command in a session. */
  public RoleShowCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Roles.Role role = client().roles().get(name);
    if (output().json()) {
      output().json(role);
      return ExitCode.OK;
    }
    output().line(role.name() + (role.builtIn() ? "" : " (of this repository)"));
    output().line("  May: " + String.join(", ", role.verbs()));
    role.grants().forEach(grant -> output().line("  Has it: " + RoleListing.who(grant)));
    return ExitCode.OK;
  }
}
