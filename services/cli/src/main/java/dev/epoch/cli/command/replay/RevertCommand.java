package dev.epoch.cli.command.replay;

import dev.epoch.cli.Session;
import dev.epoch.client.merge.MergeOutcome;
import dev.epoch.client.replay.Replays;
import picocli.CommandLine.Command;

/** {@code epoch revert}. */
@Command(name = "revert", description = "Take commits back, by new commits.")
public final class RevertCommand extends CommitsReplayCommand {

  /** The command in a session. */
  public RevertCommand(Session session) {
    super(session);
  }

  @Override
  String verb() {
    return "revert";
  }

  @Override
  MergeOutcome replay(Replays.Request request) {
    return client().replays().revert(request);
  }

  @Override
  String done(String commits, String branch) {
    return "Reverted " + commits + " on " + branch;
  }
}
