package dev.epoch.cli.command.webhook;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.webhook.Webhooks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch webhook test}. */
@Command(name = "test", description = "Send a test to a webhook, once, and tell what came of it.")
public final class WebhookTestCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<id>", description = "Id of the webhook.")
  private String id;

  /** The command in a session. */
  public WebhookTestCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Webhooks.Delivery delivery = client().webhooks().test(id);
    boolean arrived = delivery.state().equals("delivered");
    if (output().json()) {
      output().json(delivery);
      return arrived ? ExitCode.OK : ExitCode.NEGATIVE;
    }
    if (!arrived) {
      throw new CommandFailure(
          ExitCode.NEGATIVE,
          "the test did not arrive: " + delivery.status(),
          "is the receiver there? epoch webhook show %s tells its URL".formatted(id));
    }
    output().confirm("Delivered in " + delivery.latencyMs() + " ms");
    return ExitCode.OK;
  }
}
