package dev.epoch.cli.command.replay;

import dev.epoch.cli.Session;
import dev.epoch.client.merge.MergeOutcome;
import dev.epoch.client.replay.Replays;
import picocli.CommandLine.Command;

/** {@code epoch cherry-pick}. */
@Command(
    name = "cherry-pick",
    description = "Make the changes of commits again on the current branch.")
public final class CherryPickCommand extends CommitsReplayCommand {

  /** The command in a session. */
  public CherryPickCommand(Session session) {
    super(session);
  }

  @Override
  String verb() {
    return "cherry-pick";
  }

  @Override
  MergeOutcome replay(Replays.Request request) {
    return client().replays().cherryPick(request);
  }

  @Override
  String done(String commits, String branch) {
    return "Picked " + commits + " onto " + branch;
  }
}
