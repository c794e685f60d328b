package dev.epoch.cli.command.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import dev.epoch.client.webhook.Webhooks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch webhook create}. */
@Command(
    name = "create",
    description = {
      "Have events of the repository sent to a URL.",
      "The secret, with which the receiver verifies signatures, is shown once."
    })
public final class WebhookCreateCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<url>", description = "Where to send them.")
  private String url;

  @Mixin private final WebhookOptions options = new WebhookOptions();

  @Option(names = "--secret", paramLabel = "<secret>", description = "Instead of a random one.")
  private String secret;

  @Option(names = "--inactive", description = "Send nothing yet.")
  private boolean inactive;

  /** The command in a session. */
  public WebhookCreateCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    ObjectNode fields = Json.object().put("url", url);
    options.addTo(fields);
    if (secret != null) {
      fields.put("secret", secret);
    }
    if (inactive) {
      fields.put("active", false);
    }
    Webhooks.WithSecret made = client().webhooks().create(fields);
    if (output().json()) {
      output().json(made);
      return ExitCode.OK;
    }
    output().line("Created webhook " + made.id());
    output().line("Secret, not shown again: " + made.secret());
    output().confirm("Try it: epoch webhook test " + made.id());
    return ExitCode.OK;
  }
}
