package dev.epoch.cli.command.access;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch auth key list}. */
@Command(name = "list", description = "List the keys that the server accepts.")
public final class AuthKeyListCommand extends AuthKeyListing {

  /** The command in a session. */
  public AuthKeyListCommand(Session session) {
    super(session);
  }
}
