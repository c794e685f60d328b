package dev.epoch.cli.command.webhook;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.webhook.Webhooks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch webhook rotate}. */
@Command(
    name = "rotate",
    description = {
      "Give a webhook another secret, which is shown once.",
      "Requests are signed with both for a while."
    })
public final class WebhookRotateCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<id>", description = "Id of the webhook.")
  private String id;

  @Option(names = "--secret", paramLabel = "<secret>", description = "Instead of a random one.")
  private String secret;

  @Option(
      names = "--overlap",
      paramLabel = "<hours>",
      description = "How long the old one signs too, 24 unless told; 0 for not at all.")
  private Integer overlap;

  /** The command in a session. */
  public WebhookRotateCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Webhooks.WithSecret made = client().webhooks().rotate(id, secret, overlap);
    if (output().json()) {
      output().json(made);
      return ExitCode.OK;
    }
    output().line("Secret, not shown again: " + made.secret());
    output().confirm("The old one signs too until " + made.oldSecretUntil());
    return ExitCode.OK;
  }
}
