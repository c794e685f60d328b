package dev.epoch.cli.command;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.client.Branch;
import dev.epoch.client.Commit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch branch create}. */
@Command(name = "create", description = "Create a branch; the current one stays checked out.")
public final class BranchCreateCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the branch.")
  private String name;

  @Option(
      names = "--from",
      paramLabel = "<ref>",
      defaultValue = "HEAD",
      description = "Branch, tag or commit to start from (default: the current branch).")
  private String from;

  /** The command in a session. */
  public BranchCreateCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    Branch branch = client().branches().create(name, session().ref(from));
    if (output().json()) {
      output().json(branch);
    } else {
      String at =
          branch.headCommitId() == null
              ? ""
              : " at " + output().palette().yellow(Commit.shortId(branch.headCommitId()));
      output().confirm("Created branch '" + branch.name() + "'" + at);
    }
    return ExitCode.OK;
  }
}
