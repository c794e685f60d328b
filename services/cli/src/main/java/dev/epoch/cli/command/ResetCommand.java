package dev.epoch.cli.command;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.client.Commit;
import dev.epoch.client.Reset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch reset}. */
@Command(name = "reset", description = "Move the current branch and its rows to another commit.")
public final class ResetCommand extends EpochSubcommand {

  @Parameters(arity = "1", paramLabel = "<commit>", description = "Branch, tag or commit.")
  private String target;

  @Option(
      names = "--hard",
      description = "Rows move with the branch; uncommitted changes are put away in a commit.")
  private boolean hard;

  /** The command in a session. */
  public ResetCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    if (!hard) {
      throw CommandFailure.usage("only --hard is there yet: rows move with the branch");
    }
    String branch = session().branch();
    Reset reset = client().replays().reset(branch, session().ref(target));
    if (output().json()) {
      output().json(reset);
      return ExitCode.OK;
    }
    output().confirm(branch + " is now at " + Commit.shortId(reset.head()));
    output().remark("hint: it was at " + Commit.shortId(reset.formerHead()));
    if (reset.saved() != null) {
      output()
          .remark(
              "hint: uncommitted changes are in commit "
                  + Commit.shortId(reset.saved())
                  + "; 'epoch cherry-pick "
                  + Commit.shortId(reset.saved())
                  + "' brings them back");
    }
    return ExitCode.OK;
  }
}
