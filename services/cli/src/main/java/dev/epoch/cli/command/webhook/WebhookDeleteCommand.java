package dev.epoch.cli.command.webhook;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch webhook delete}. */
@Command(name = "delete", description = "Delete a webhook; what waits is not sent.")
public final class WebhookDeleteCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<id>", description = "Id of the webhook.")
  private String id;

  /** The command in a session. */
  public WebhookDeleteCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    client().webhooks().delete(id);
    if (output().json()) {
      output().json(Json.object().put("status", "deleted").put("id", id));
    } else {
      output().confirm("Deleted webhook " + id);
    }
    return ExitCode.OK;
  }
}
