package dev.epoch.cli.command.table;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.table.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch table refresh}. */
@Command(name = "refresh", description = "Read the schema of a table again.")
public final class TableRefreshCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the table.")
  private String name;

  /** The command in a session. */
  public TableRefreshCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Table table = client().tables().refresh(name, session().branch());
    if (output().json()) {
      output().json(table);
    } else {
      output().confirm("Refreshed table '" + name + "'");
    }
    return ExitCode.OK;
  }
}
