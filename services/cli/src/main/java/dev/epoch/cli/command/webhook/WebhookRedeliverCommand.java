package dev.epoch.cli.command.webhook;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import dev.epoch.client.webhook.Webhooks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch webhook redeliver}. */
@Command(
    name = "redeliver",
    description = {
      "Send a delivery again; with --dead, all that are not tried any more.",
      "With --from, every event of the log from there on that the webhook asks for."
    })
public final class WebhookRedeliverCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<id>", description = "Id of the webhook.")
  private String id;

  @Parameters(index = "1", arity = "0..1", paramLabel = "<delivery>", description = "Of one.")
  private String delivery;

  @Option(names = "--dead", description = "All that are not tried any more.")
  private boolean dead;

  @Option(names = "--from", paramLabel = "<position>", description = "Events from here on.")
  private Long from;

  @Option(names = "--to", paramLabel = "<position>", description = "With --from: up to here.")
  private Long to;

  /** The command in a session. */
  public WebhookRedeliverCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    int chosen = (delivery == null ? 0 : 1) + (dead ? 1 : 0) + (from == null ? 0 : 1);
    if (chosen != 1 || to != null && from == null) {
      throw CommandFailure.usage("give one of: the id of a delivery, --dead, --from [--to]");
    }
    if (delivery != null) {
      Webhooks.Delivery again = client().webhooks().redeliver(id, delivery);
      if (output().json()) {
        output().json(again);
      } else {
        output().confirm("Delivery " + delivery + " is sent again");
      }
      return ExitCode.OK;
    }
    long count = client().webhooks().redeliver(id, from, to);
    if (output().json()) {
      output().json(Json.object().put("count", count));
    } else {
      output().confirm(count == 1 ? "1 event is sent again" : count + " events are sent again");
    }
    return ExitCode.OK;
  }
}
