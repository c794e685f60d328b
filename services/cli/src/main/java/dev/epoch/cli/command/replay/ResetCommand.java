package dev.epoch.cli.command.replay;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.replay.Reset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch reset}. */
@Command(name = "reset", description = "Move the current branch to another commit.")
public final class ResetCommand extends EpochSubcommand {

  @Parameters(
      arity = "0..1",
      paramLabel = "<commit>",
      defaultValue = "HEAD",
      description = "Branch, tag or commit (default: HEAD).")
  private String target;

  @Option(
      names = "--hard",
      description = "Rows move with the branch; uncommitted changes are put away in a commit.")
  private boolean hard;

  @Option(
      names = "--soft",
      description = "Rows stay, as uncommitted changes; not on the default branch.")
  private boolean soft;

  /** The command in a session. */
  public ResetCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (hard == soft) {
      throw CommandFailure.usage("give --hard (rows move with the branch) or --soft (they stay)");
    }
    String branch = session().branch();
    Reset reset = client().replays().reset(branch, session().ref(target), soft);
    if (output().json()) {
      output().json(reset);
      return ExitCode.OK;
    }
    output().confirm(branch + " is now at " + Commit.shortId(reset.head()));
    if (!reset.head().equals(reset.formerHead())) {
      output().remark("hint: it was at " + Commit.shortId(reset.formerHead()));
    }
    if (reset.saved() != null && hard) {
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
