package dev.epoch.cli.command.webhook;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch webhook}: without more, the list. */
@Command(
    name = "webhook",
    description = "Have events sent to URLs.",
    synopsisSubcommandLabel = "[<command>]")
public final class WebhookCommand extends WebhookListing {

  /** The command in a session. */
  public WebhookCommand(Session session) {
    super(session);
  }
}
