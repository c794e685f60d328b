package dev.epoch.cli.command.table;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch table list}. */
@Command(name = "list", description = "List the registered tables.")
public final class TableListCommand extends TableListing {

  /** The command in a session. */
  public TableListCommand(Session session) {
    super(session);
  }
}
