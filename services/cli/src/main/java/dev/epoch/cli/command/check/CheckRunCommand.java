package dev.epoch.cli.command.check;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.FoundRows;
import dev.epoch.client.check.Checks;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch check run}. */
@Command(
    name = "run",
    description = {
      "Run checks on the branch with what is not committed, whatever they are for.",
      "Ends with 1 if one of them fails."
    })
public final class CheckRunCommand extends EpochSubcommand {

  @Parameters(
      arity = "0..*",
      paramLabel = "<name>",
      description = "Names of checks (default: all).")
  private List<String> names = List.of();

  @Option(
      names = "--at",
      paramLabel = "<ref>",
      description = "On a commit or tag instead of the branch.")
  private String at;

  /** The command in a session. */
  public CheckRunCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String ref = at == null ? session().headRef() : session().ref(at);
    Checks.Results results = client().checks().run(names, ref);
    if (output().json()) {
      output().json(results);
    } else {
      for (Checks.Result check : results.checks()) {
        output().line((check.passes() ? "ok      " : "FAILED  ") + check.name());
        if (check.failure() != null) {
          output().line("  " + check.failure());
        }
        output().lines(FoundRows.lines(check.columns(), check.rows(), check.truncated()));
      }
    }
    return results.passes() ? ExitCode.OK : ExitCode.NEGATIVE;
  }
}
