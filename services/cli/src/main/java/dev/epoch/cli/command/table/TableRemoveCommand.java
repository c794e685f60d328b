package dev.epoch.cli.command.table;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch table remove}. */
@Command(
    name = "remove",
    description = {
      "End the registration of a table; its data stays.",
      "Commits still read what they read of it."
    })
public final class TableRemoveCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the table.")
  private String name;

  @Option(
      names = {"-f", "--force"},
      description = "Also with changes that are not committed.")
  private boolean force;

  @Option(
      names = "--purge",
      description =
          "Commits cannot read it afterwards; also of tables of this name that were removed before.")
  private boolean purge;

  /** The command in a session. */
  public TableRemoveCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    client().tables().remove(name, session().branch(), force, purge);
    if (output().json()) {
      output().json(Json.object().put("status", "removed").put("table", name));
    } else {
      output().confirm("Removed table '" + name + "'");
    }
    return ExitCode.OK;
  }
}
