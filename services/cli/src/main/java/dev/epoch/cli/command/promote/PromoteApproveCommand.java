package dev.epoch.cli.command.promote;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.transport.Json;
import dev.epoch.promoter.PromotionFile;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch promote approve}. */
@Command(
    name = "approve",
    description = {
      "Approve the promotion of one commit to an environment.",
      "It is bound to the commit: another one needs another approval."
    })
public final class PromoteApproveCommand extends PromotionCommand {

  @Parameters(index = "0", paramLabel = "<environment>", description = "Where it is to go.")
  private String environment;

  @Option(
      names = "--commit",
      paramLabel = "<ref>",
      description = "The commit (default: the head of the environment's source).")
  private String commit;

  @Option(
      names = {"-m", "--message"},
      paramLabel = "<text>",
      description = "What there is to say about it.")
  private String message;

  @Option(names = "--reject", description = "Reject it instead.")
  private boolean reject;

  /** The command in a session. */
  public PromoteApproveCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run(List<PromotionFile> files) {
    PromotionFile file = only(files);
    String id = promotions(file).approve(file, environment, commit, reject, message);
    String done = reject ? "rejected" : "approved";
    if (output().json()) {
      output()
          .json(
              Json.object().put("status", done).put("environment", environment).put("commit", id));
    } else {
      output()
          .confirm(
              (reject ? "Rejected " : "Approved ") + Commit.shortId(id) + " for " + environment);
    }
    return ExitCode.OK;
  }
}
