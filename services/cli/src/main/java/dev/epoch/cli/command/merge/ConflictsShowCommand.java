package dev.epoch.cli.command.merge;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch conflicts show}. */
@Command(name = "show", description = "Show the conflicts that are not resolved yet.")
public final class ConflictsShowCommand extends ConflictListing {

  @Parameters(arity = "0..1", paramLabel = "<table>", description = "Only this table.")
  private String table;

  @Option(names = "--table", paramLabel = "<table>", description = "Only this table.")
  private String tableOption;

  /** The command in a session. */
  public ConflictsShowCommand(Session session) {
    super(session);
  }

  @Override
  String table() {
    if (table != null && tableOption != null) {
      throw CommandFailure.usage("give the table once, as an argument or with --table");
    }
    return table == null ? tableOption : table;
  }
}
