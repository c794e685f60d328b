package dev.epoch.cli.command.replay;

import dev.epoch.cli.Session;
import dev.epoch.cli.command.merge.ConflictRuleOptions;
import dev.epoch.client.merge.MergeOutcome;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code epoch rebase}. */
@Command(
    name = "rebase",
    description = "Put the commits of the current branch onto another branch or commit.")
public final class RebaseCommand extends ReplayCommand {

  @Parameters(arity = "0..1", paramLabel = "<onto>", description = "Branch, tag or commit.")
  private String onto;

  @Mixin private ConflictRuleOptions rules = new ConflictRuleOptions();

  /** The command in a session. */
  public RebaseCommand(Session session) {
    super(session);
  }

  @Override
  String verb() {
    return "rebase";
  }

  @Override
  List<String> given() {
    return onto == null ? List.of() : List.of(onto);
  }

  @Override
  MergeOutcome start(String branch) {
    return client().replays().rebase(branch, session().ref(onto), rules.rules());
  }

  @Override
  String done(String branch) {
    return onto == null ? "Finished on " + branch : "Rebased " + branch + " onto " + onto;
  }
}
