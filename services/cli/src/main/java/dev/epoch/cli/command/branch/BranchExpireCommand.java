package dev.epoch.cli.command.branch;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.branch.Branch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch branch expire}. */
@Command(
    name = "expire",
    description = {
      "Let a branch expire after a time from now on, or give it more time, or none: --never.",
      "The server deletes it some grace after that, unless it is protected or has work that is nowhere else."
    })
public final class BranchExpireCommand extends EpochSubcommand {

  @Parameters(index = "0", paramLabel = "<name>", description = "The branch.")
  private String name;

  @Option(names = "--ttl", paramLabel = "<time>", description = "90m, 12h, 7d, or as in ISO 8601.")
  private String ttl;

  @Option(names = "--never", description = "Let it stay.")
  private boolean never;

  @Option(
      names = "--expire-work",
      description = "With --ttl: also if it has work that is nowhere else.")
  private boolean expireWork;

  /** The command in a session. */
  public BranchExpireCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (never == (ttl != null) || never && expireWork) {
      throw CommandFailure.usage("give --ttl and a time, or --never");
    }
    Branch branch = client().branches().expire(name, never ? "" : ttl, expireWork);
    if (output().json()) {
      output().json(branch);
    } else {
      output()
          .confirm(
              "Branch '"
                  + branch.name()
                  + "'"
                  + (branch.expiresAt() == null
                      ? " stays"
                      : " expires " + BranchTimes.date(session(), branch)));
    }
    return ExitCode.OK;
  }
}
