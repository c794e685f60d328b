package dev.epoch.cli.command.access;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch auth key}: without more, the list. */
@Command(
    name = "key",
    description = "Make, list and revoke keys of the API.",
    synopsisSubcommandLabel = "[<command>]")
public final class AuthKeyCommand extends AuthKeyListing {

  /** The command in a session. */
  public AuthKeyCommand(Session session) {
    super(session);
  }
}
