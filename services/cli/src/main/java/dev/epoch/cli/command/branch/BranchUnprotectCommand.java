package dev.epoch.cli.command.branch;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.branch.Branch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch branch unprotect}. */
@Command(name = "unprotect", description = "End the protection of branches.")
public final class BranchUnprotectCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<pattern>", description = "As it was protected.")
  private String pattern;

  /** The command in a session. */
  public BranchUnprotectCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Branch branch = client().branches().protect(pattern, null);
    if (output().json()) {
      output().json(branch);
    } else {
      output().confirm("'" + pattern + "' is no longer protected");
    }
    return ExitCode.OK;
  }
}
