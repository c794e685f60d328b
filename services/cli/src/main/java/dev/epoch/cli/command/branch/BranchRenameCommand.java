package dev.epoch.cli.command.branch;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.branch.Branch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch branch rename}. */
@Command(name = "rename", description = "Rename a branch, or the current one.")
public final class BranchRenameCommand extends EpochSubcommand {

  @Parameters(index = "0", paramLabel = "<name>", description = "The branch, or its new name.")
  private String first;

  @Parameters(index = "1", arity = "0..1", paramLabel = "<new name>", description = "Its new name.")
  private String second;

  /** The command in a session. */
  public BranchRenameCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String name = second == null ? session().branch() : first;
    Branch branch = client().branches().rename(name, second == null ? first : second);
    session()
        .workspaceOfRepository()
        .filter(found -> found.isOn(name))
        .ifPresent(found -> found.renamed(branch.name()));
    if (output().json()) {
      output().json(branch);
    } else {
      output().confirm("Renamed branch '" + name + "' to '" + branch.name() + "'");
    }
    return ExitCode.OK;
  }
}
