package dev.epoch.cli.command.admin;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch admin keys list}. */
@Command(name = "list", description = "List the keys, and how many stored secrets each has sealed.")
public final class AdminKeysListCommand extends AdminKeysListing {

  /** The command in a session. */
  public AdminKeysListCommand(Session session) {
    super(session);
  }
}
