package dev.epoch.cli.command.table;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch table}: without more, the list. */
@Command(
    name = "table",
    description = "Register tables and show them.",
    synopsisSubcommandLabel = "[<command>]")
public final class TableCommand extends TableListing {

  /** The command in a session. */
  public TableCommand(Session session) {
    super(session);
  }
}
