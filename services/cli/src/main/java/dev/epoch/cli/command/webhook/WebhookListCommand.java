package dev.epoch.cli.command.webhook;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch webhook list}. */
@Command(name = "list", description = "List the webhooks of the repository.")
public final class WebhookListCommand extends WebhookListing {

  /** The command in a session. */
  public WebhookListCommand(Session session) {
    super(session);
  }
}
