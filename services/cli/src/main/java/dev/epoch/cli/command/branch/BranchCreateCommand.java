package dev.epoch.cli.command.branch;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.branch.Branch;
import dev.epoch.client.commit.Commit;
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

  @Option(
      names = "--ttl",
      paramLabel = "<time>",
      description = "Let it expire after this time: 90m, 12h, 7d. The server deletes it then.")
  private String ttl;

  @Option(
      names = "--expire-work",
      description = "With --ttl: also if it has work that is nowhere else; else it stays then.")
  private boolean expireWork;

  @Option(
      names = "--own-sequences",
      description =
          "Columns that sequences feed take their values from sequences of the branch's own: it uses up no live numbers.")
  private boolean ownSequences;

  @Option(
      names = "--schema-only",
      description =
          "Version schemas and no rows: its tables are empty, and rows in them are kept nowhere.")
  private boolean schemaOnly;

  /** The command in a session. */
  public BranchCreateCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (expireWork && ttl == null) {
      throw CommandFailure.usage("--expire-work goes with --ttl");
    }
    Branch branch =
        client()
            .branches()
            .create(name, session().ref(from), ttl, expireWork, ownSequences, schemaOnly);
    if (output().json()) {
      output().json(branch);
    } else {
      String at =
          branch.headCommitId() == null
              ? ""
              : " at " + output().palette().yellow(Commit.shortId(branch.headCommitId()));
      output()
          .confirm(
              "Created branch '" + branch.name() + "'" + at + BranchTimes.until(session(), branch));
    }
    return ExitCode.OK;
  }
}
