package dev.epoch.cli.command;

import dev.epoch.cli.Session;
import dev.epoch.client.MergeOutcome;
import dev.epoch.client.Replays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch revert}. */
@Command(name = "revert", description = "Take commits back, by new commits.")
public final class RevertCommand extends ReplayCommand {

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

  /** The command in a session. */
  public RevertCommand(Session session) {
    super(session);
  }

  @Override
  String verb() {
    return "revert";
  }

  @Override
  List<String> given() {
    return commits;
  }

  @Override
  MergeOutcome start(String branch) {
    return client()
        .replays()
        .revert(
            new Replays.Request(
                branch,
                commits.stream().map(session()::ref).toList(),
                mainline,
                message,
                noCommit));
  }

  @Override
  String done(String branch) {
    return commits.isEmpty()
        ? "Finished on " + branch
        : "Reverted " + String.join(" ", commits) + " on " + branch;
  }
}
