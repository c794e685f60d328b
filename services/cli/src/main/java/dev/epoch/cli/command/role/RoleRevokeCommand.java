package dev.epoch.cli.command.role;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch role revoke}. */
@Command(
    name = "revoke",
    description = "Take a role from somebody, whatever branches and tables it was for.")
public final class RoleRevokeCommand extends EpochSubcommand {

  @Parameters(index = "0", paramLabel = "<role>", description = "Name of the role.")
  private String role;

  @Parameters(index = "1", paramLabel = "<who>", description = "As it was granted.")
  private String who;

  /** The command in a session. */
  public RoleRevokeCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String subject = Subjects.of(who);
    client().roles().revoke(role, subject);
    if (output().json()) {
      output()
          .json(Json.object().put("status", "revoked").put("role", role).put("subject", subject));
    } else {
      output().confirm("Revoked " + role + " from " + subject);
    }
    return ExitCode.OK;
  }
}
