package dev.epoch.cli.command.access;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;

/** {@code epoch auth logout}. */
@Command(
    name = "logout",
    description = "Forget the key for the server; the server goes on accepting it.")
public final class AuthLogoutCommand extends EpochSubcommand {

  /** The command in a session. */
  public AuthLogoutCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String server = session().settings().serverUrl();
    boolean removed = session().settings().storedApiKeys().remove(server);
    if (output().json()) {
      output()
          .json(
              Json.object()
                  .put("status", removed ? "logged_out" : "not_logged_in")
                  .put("server", server));
    } else {
      output().confirm((removed ? "Logged out of " : "You are not logged in to ") + server);
      session()
          .settings()
          .apiKeySource()
          .ifPresent(source -> output().remark("hint: the key of " + source + " is still sent"));
    }
    return removed ? ExitCode.OK : ExitCode.NEGATIVE;
  }
}
