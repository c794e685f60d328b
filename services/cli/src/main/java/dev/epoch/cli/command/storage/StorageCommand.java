package dev.epoch.cli.command.storage;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch storage}: without more, the list. */
@Command(
    name = "storage",
    description = "Register storage backends and show them.",
    synopsisSubcommandLabel = "[<command>]")
public final class StorageCommand extends StorageListing {

  /** The command in a session. */
  public StorageCommand(Session session) {
    super(session);
  }

  @Override
  String type() {
    return null;
  }
}
