package dev.epoch.cli.command.access;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch auth}: without more, the keys. */
@Command(
    name = "auth",
    description = "Log in with a key of the API; make, list and revoke keys.",
    synopsisSubcommandLabel = "[<command>]")
public final class AuthCommand extends AuthKeyListing {

  /** The command in a session. */
  public AuthCommand(Session session) {
    super(session);
  }
}
