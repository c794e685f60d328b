package dev.epoch.cli.command.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch table rescan}. */
@Command(
    name = "rescan",
    description = "Look for changes that were not captured while a table's triggers were off.")
public final class TableRescanCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the table.")
  private String name;

  /** The command in a session. */
  public TableRescanCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    JsonNode found = client().tables().rescan(name, session().branch());
    if (output().json()) {
      output().json(found);
      return ExitCode.OK;
    }
    String changes =
        Counts.changes(
            found.path("inserted").asLong(),
            found.path("updated").asLong(),
            found.path("deleted").asLong());
    output()
        .confirm(
            "Rescanned table '%s' on '%s': %s"
                .formatted(
                    name,
                    found.path("branch").asText(),
                    changes.isEmpty() ? "nothing to commit" : changes + " to commit"));
    return ExitCode.OK;
  }
}
