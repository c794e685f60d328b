package dev.epoch.cli.command.replay;

import dev.epoch.cli.Session;
import dev.epoch.cli.command.merge.ConflictRuleOptions;
import dev.epoch.client.merge.MergeOutcome;
import dev.epoch.client.replay.Replays;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Replays commits that are named one by one. */
abstract class CommitsReplayCommand extends ReplayCommand {

  @Parameters(arity = "0..*", paramLabel = "<commit>", description = "Commits, in order.")
  private List<String> commits = List.of();

  @Option(names = "--no-commit", description = "Leave the result uncommitted.")
  private boolean noCommit;

  @Option(
      names = {"-m", "--mainline"},
      paramLabel = "<parent>",
      description = "Of merge commits: number of the parent to compare with (default: 1).")
  private int mainline;

  @Option(names = "--message", paramLabel = "<message>", description = "Message of the commit.")
  private String message;

  @Option(
      names = "--allow-destructive",
      description = "Also where live tables lose something by it, such as a column.")
  private boolean allowDestructive;

  @Mixin private ConflictRuleOptions rules = new ConflictRuleOptions();

  CommitsReplayCommand(Session session) {
    super(session);
  }

  /** Asks the server for it. */
  abstract MergeOutcome replay(Replays.Request request);

  /** What was done with commits, such as {@code Reverted a1b2c3d on main}. */
  abstract String done(String commits, String branch);

  @Override
  final List<String> given() {
    return commits;
  }

  @Override
  final boolean allowDestructive() {
    return allowDestructive;
  }

  @Override
  final MergeOutcome start(String branch) {
    return replay(
        new Replays.Request(
            branch,
            commits.stream().map(session()::ref).toList(),
            mainline,
            message,
            noCommit,
            rules.rules(),
            allowDestructive));
  }

  @Override
  final String done(String branch) {
    return commits.isEmpty() ? "Finished on " + branch : done(String.join(" ", commits), branch);
  }
}
