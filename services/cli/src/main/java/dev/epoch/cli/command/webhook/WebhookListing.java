package dev.epoch.cli.command.webhook;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.webhook.Webhooks;
import java.util.List;

/** Lists webhooks. */
public abstract class WebhookListing extends EpochSubcommand {

  WebhookListing(Session session) {
    super(session);
  }

  @Override
  protected final ExitCode run() {
    Webhooks.Listing listing = client().webhooks().list();
    if (output().json()) {
      output().json(listing);
    } else if (!listing.webhooks().isEmpty()) {
      output()
          .lines(
              Columns.aligned(
                  List.of("ID", "STATE", "EVENTS", "BRANCHES", "TABLES", "URL"),
                  listing.webhooks().stream().map(WebhookListing::row).toList()));
    }
    return ExitCode.OK;
  }

  private static List<String> row(Webhooks.Webhook webhook) {
    return List.of(
        webhook.id(),
        state(webhook),
        names(webhook.events()),
        names(webhook.branches()),
        names(webhook.tables()),
        webhook.url());
  }

  static String state(Webhooks.Webhook webhook) {
    if (!webhook.active()) {
      return webhook.disabledReason() == null ? "inactive" : "disabled";
    }
    return webhook.failingSince() == null ? "active" : "failing";
  }

  public static String names(List<String> names) {
    return names.isEmpty() ? "all" : String.join(",", names);
  }
}
