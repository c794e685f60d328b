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

/** {@code epoch stage}. */
@Command(name = "stage", description = "Choose tables for the next commit.")
public final class StageCommand extends EpochSubcommand {

  @Parameters(
      arity = "0..*",
      paramLabel = "<table>",
      description = "Tables (default: all changed).")
  private List<String> tables = List.of();

  @Option(
      names = {"-a", "--all"},
      description = "All changed tables.")
  private boolean all;

  /** The command in a session. */
  public StageCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    WorkingSet.Staging staging =
        client().workingSet().stage(session().branch(), all ? List.of() : tables);
    if (output().json()) {
      output().json(staging);
    } else {
      output().confirm("Staged " + Counts.of(staging.count(), "table"));
      if (staging.count() == 0) {
        output().remark("hint: no table has changes to stage; 'epoch status' shows changes");
      }
    }
    return ExitCode.OK;
  }
}
