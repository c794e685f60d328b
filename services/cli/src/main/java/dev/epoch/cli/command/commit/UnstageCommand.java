package dev.epoch.cli.command.commit;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.commit.WorkingSet;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch unstage}. */
@Command(name = "unstage", description = "Take tables out of the next commit.")
public final class UnstageCommand extends EpochSubcommand {

  @Parameters(arity = "0..*", paramLabel = "<table>", description = "Tables (default: all staged).")
  private List<String> tables = List.of();

  @Option(
      names = {"-a", "--all"},
      description = "All staged tables.")
  private boolean all;

  /** The command in a session. */
  public UnstageCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String branch = session().branch();
    if (!all) {
      tables.forEach(table -> client().tables().get(table, branch));
    }
    WorkingSet.Staging staging = client().workingSet().unstage(branch, all ? List.of() : tables);
    if (output().json()) {
      output().json(staging);
    } else {
      output().confirm("Unstaged " + Counts.of(staging.count(), "table"));
    }
    return ExitCode.OK;
  }
}
