package dev.epoch.cli.command.admin;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch admin keys}. */
@Command(
    name = "keys",
    description = "Keys that seal the secrets of storages, webhooks and hooks.",
    synopsisSubcommandLabel = "[<command>]")
public final class AdminKeysCommand extends AdminKeysListing {

  /** The command in a session. */
  public AdminKeysCommand(Session session) {
    super(session);
  }
}
