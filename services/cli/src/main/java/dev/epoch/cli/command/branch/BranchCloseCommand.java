package dev.epoch.cli.command.branch;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch branch close}. */
@Command(
    name = "close",
    description = {
      "Close a branch's open tables: views stand for them again, and they are not opened unasked.",
      "Uncommitted changes stay."
    })
public final class BranchCloseCommand extends EpochSubcommand {

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "<branch>",
      description = "The current branch if none is given.")
  private String name;

  @Parameters(
      index = "1..*",
      paramLabel = "<table>",
      description = "Only these. Else all that are open.")
  private List<String> tables = new ArrayList<>();

  /** The command in a session. */
  public BranchCloseCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String branch = name == null ? session().branch() : name;
    client().branches().close(branch, tables);
    output().confirm("Closed the tables of branch '" + branch + "'");
    return ExitCode.OK;
  }
}
