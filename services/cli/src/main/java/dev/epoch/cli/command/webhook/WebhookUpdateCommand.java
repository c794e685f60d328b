package dev.epoch.cli.command.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import dev.epoch.client.webhook.Webhooks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch webhook update}. */
@Command(
    name = "update",
    description = {
      "Change a webhook; what is not given stays.",
      "'--event all' asks for all again."
    })
public final class WebhookUpdateCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<id>", description = "Id of the webhook.")
  private String id;

  @Option(names = "--url", paramLabel = "<url>", description = "Where to send events.")
  private String url;

  @Mixin private final WebhookOptions options = new WebhookOptions();

  @Option(names = "--enable", description = "Send events, also after the server stopped doing so.")
  private boolean enable;

  @Option(names = "--disable", description = "Send nothing.")
  private boolean disable;

  /** The command in a session. */
  public WebhookUpdateCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (enable && disable) {
      throw CommandFailure.usage("--enable and --disable exclude each other");
    }
    ObjectNode changes = Json.object();
    if (url != null) {
      changes.put("url", url);
    }
    options.addTo(changes);
    if (enable || disable) {
      changes.put("active", enable);
    }
    if (changes.isEmpty()) {
      throw CommandFailure.usage("give what is to change, such as --url or --disable");
    }
    Webhooks.Webhook changed = client().webhooks().update(id, changes);
    if (output().json()) {
      output().json(changed);
    } else {
      output().confirm("Updated webhook " + id + ", " + WebhookListing.state(changed));
    }
    return ExitCode.OK;
  }
}
