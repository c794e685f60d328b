package dev.epoch.cli.command.check;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.check.Checks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch check add}. */
@Command(
    name = "add",
    description = {
      "Let a query decide about commits and merges.",
      "Where it returns rows, the commit or merge is refused with the first of them. --branch names"
          + " a branch that it is for."
    })
public final class CheckAddCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the check.")
  private String name;

  @Option(
      names = "--sql",
      required = true,
      paramLabel = "<query>",
      description = "The query, or @file for one that stands in a file.")
  private String sql;

  @Option(
      names = "--table",
      paramLabel = "<pattern>",
      split = ",",
      description = "Only when a table changes that fits. Repeat it for several.")
  private List<String> tables = List.of();

  @Option(
      names = "--on-branch",
      paramLabel = "<pattern>",
      split = ",",
      description = "Only for branches that fit, such as 'release/*'. Repeat it for several.")
  private List<String> branches = List.of();

  @Option(
      names = "--on",
      paramLabel = "<kind>",
      split = ",",
      description = "At commit, merge, promotion (default: commit,merge).")
  private List<String> on = List.of();

  /** The command in a session. */
  public CheckAddCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    List<String> patterns = new ArrayList<>(branches);
    if (session().options().branch() != null) {
      patterns.add(session().options().branch());
    }
    Checks.Check made = client().checks().add(name, query(), tables, patterns, on);
    if (output().json()) {
      output().json(made);
    } else {
      output().confirm("Added check '" + made.name() + "' on " + String.join(", ", made.on()));
    }
    return ExitCode.OK;
  }

  private String query() {
    if (!sql.startsWith("@")) {
      return sql;
    }
    Path file = session().directory().resolve(sql.substring(1));
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw CommandFailure.usage("cannot read " + file);
    }
  }
}
