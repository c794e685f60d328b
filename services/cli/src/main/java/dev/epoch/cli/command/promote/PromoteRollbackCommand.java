package dev.epoch.cli.command.promote;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.transport.Json;
import dev.epoch.promoter.PromotionFile;
import dev.epoch.promoter.Promotions;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch promote rollback}. */
@Command(
    name = "rollback",
    description = {
      "Take the last promotion to an environment back, by commits that undo it.",
      "What was rolled back is not promoted again by itself: revert the rollback to bring it back."
    })
public final class PromoteRollbackCommand extends PromotionCommand {

  @Parameters(index = "0", paramLabel = "<environment>", description = "Where it went.")
  private String environment;

  @Option(names = "--reason", paramLabel = "<text>", description = "Why, for the record.")
  private String reason;

  /** The command in a session. */
  public PromoteRollbackCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run(List<PromotionFile> files) {
    PromotionFile file = only(files);
    Promotions.RolledBack back = promotions(file).rollback(file, environment, reason);
    if (output().json()) {
      output()
          .json(
              Json.object()
                  .put("status", "rolled back")
                  .put("environment", environment)
                  .put("promoted", back.promoted())
                  .put("head", back.head()));
    } else {
      output()
          .confirm(
              "Rolled %s back: %s is undone by %s"
                  .formatted(
                      environment, Commit.shortId(back.promoted()), Commit.shortId(back.head())));
    }
    return ExitCode.OK;
  }
}
