package dev.epoch.cli.command.branch;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.Workspace;
import dev.epoch.client.branch.Branch;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch checkout}. */
@Command(name = "checkout", description = "Switch to a branch.")
public final class CheckoutCommand extends EpochSubcommand {

  @Option(names = "-b", description = "Create the branch first.")
  private boolean create;

  @Parameters(index = "0", paramLabel = "<branch>", description = "Branch to switch to.")
  private String branch;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "<start>",
      description = "With -b, what the branch starts from (default: the current branch).")
  private String start;

  /** The command in a session. */
  public CheckoutCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Workspace workspace =
        session()
            .workspaceOfRepository()
            .orElseThrow(() ->
                new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "not in a working folder of this repository, so there is no current branch",
                    "run 'epoch repo open <name>' here, or name the branch with --branch"));
    return create ? createAndSwitch(workspace) : switchTo(workspace);
  }

  private ExitCode createAndSwitch(Workspace workspace) {
    Branch created =
        client().branches().create(branch, session().ref(start == null ? "HEAD" : start));
    workspace.checkOut(created.name());
    return done("Switched to a new branch '" + created.name() + "'", created.headCommitId());
  }

  private ExitCode switchTo(Workspace workspace) {
    if (start != null) {
      throw CommandFailure.usage("a start is for 'epoch checkout -b' only");
    }
    Branch found =
        client()
            .branches()
            .list()
            .named(branch)
            .orElseThrow(() ->
                new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "Branch '" + branch + "' not found",
                    "epoch branch list, or 'epoch checkout -b " + branch + "' to create it"));
    if (workspace.branch().equals(branch)) {
      return done("Already on '" + branch + "'", found.headCommitId());
    }
    workspace.checkOut(branch);
    return done("Switched to branch '" + branch + "'", found.headCommitId());
  }

  private ExitCode done(String message, String commitId) {
    if (output().json()) {
      output()
          .json(
              Json.object()
                  .put("status", "checked_out")
                  .put("branch", branch)
                  .put("commit_id", commitId));
    } else {
      output().confirm(message);
    }
    return ExitCode.OK;
  }
}
