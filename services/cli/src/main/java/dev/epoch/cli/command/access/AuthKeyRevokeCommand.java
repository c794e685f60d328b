package dev.epoch.cli.command.access;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch auth key revoke}. */
@Command(name = "revoke", description = "Have the server accept a key of the API no more.")
public final class AuthKeyRevokeCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the key.")
  private String name;

  /** The command in a session. */
  public AuthKeyRevokeCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    session().server().apiKeys().revoke(name);
    if (output().json()) {
      output().json(Json.object().put("status", "revoked").put("name", name));
    } else {
      output().confirm("Revoked API key '" + name + "'");
    }
    return ExitCode.OK;
  }
}
