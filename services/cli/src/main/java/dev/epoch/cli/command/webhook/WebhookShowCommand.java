package dev.epoch.cli.command.webhook;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.webhook.Webhooks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch webhook show}. */
@Command(name = "show", description = "Show a webhook.")
public final class WebhookShowCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<id>", description = "Id of the webhook.")
  private String id;

  /** The command in a session. */
  public WebhookShowCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Webhooks.Webhook webhook = client().webhooks().get(id);
    if (output().json()) {
      output().json(webhook);
      return ExitCode.OK;
    }
    output().line("Webhook: " + webhook.id());
    output().line("  URL: " + webhook.url());
    if (webhook.description() != null) {
      output().line("  Description: " + webhook.description());
    }
    output().line("  Events: " + WebhookListing.names(webhook.events()));
    output().line("  Branches: " + WebhookListing.names(webhook.branches()));
    output().line("  Tables: " + WebhookListing.names(webhook.tables()));
    output().line("  State: " + WebhookListing.state(webhook));
    if (webhook.disabledReason() != null) {
      output().line("  Reason: " + webhook.disabledReason());
    }
    if (webhook.failingSince() != null) {
      output().line("  Failing since: " + webhook.failingSince());
    }
    return ExitCode.OK;
  }
}
