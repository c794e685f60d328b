package dev.epoch.cli.command.storage;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code epoch storage list}. */
@Command(name = "list", description = "List the storage backends.")
public final class StorageListCommand extends StorageListing {

  @Option(names = "--type", paramLabel = "<type>", description = "Only backends of this type.")
  private String type;

  /** The command in a session. */
  public StorageListCommand(Session session) {
    super(session);
  }

  @Override
  String type() {
    return type;
  }
}
