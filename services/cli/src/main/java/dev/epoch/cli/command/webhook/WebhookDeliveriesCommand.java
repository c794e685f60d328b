package dev.epoch.cli.command.webhook;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.webhook.Webhooks;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch webhook deliveries}. */
@Command(
    name = "deliveries",
    description = {
      "List what was sent to a webhook and what waits, newest first.",
      "With the id of a delivery: its request and every attempt."
    })
public final class WebhookDeliveriesCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<id>", description = "Id of the webhook.")
  private String id;

  @Parameters(index = "1", arity = "0..1", paramLabel = "<delivery>", description = "Of one.")
  private String delivery;

  @Option(
      names = "--state",
      paramLabel = "<state>",
      description = "Only pending, delivered, failed or dead ones; several joined by commas.")
  private String state;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "<n>",
      description = "At most n deliveries, 20 unless told.")
  private Integer limit;

  @Option(names = "--after", paramLabel = "<id>", description = "Older than this delivery.")
  private String after;

  /** The command in a session. */
  public WebhookDeliveriesCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (delivery != null) {
      if (state != null || limit != null || after != null) {
        throw CommandFailure.usage("--state, --limit and --after are about the list");
      }
      show(client().webhooks().delivery(id, delivery));
      return ExitCode.OK;
    }
    Webhooks.Page page =
        client().webhooks().deliveries(id, state, limit == null ? 20 : limit, after);
    if (output().json()) {
      output().json(page);
      return ExitCode.OK;
    }
    if (!page.deliveries().isEmpty()) {
      output()
          .lines(
              Columns.aligned(
                  List.of(
                      "ID",
                      "STATE",
                      "POSITION",
                      "TYPE",
                      "BRANCH",
                      "ATTEMPT",
                      "STATUS",
                      "MS",
                      "NEXT TRY"),
                  page.deliveries().stream().map(WebhookDeliveriesCommand::row).toList()));
    }
    if (page.next() != null) {
      output().confirm("More: --after " + page.next());
    }
    return ExitCode.OK;
  }

  private static List<String> row(Webhooks.Delivery delivery) {
    return List.of(
        delivery.id(),
        delivery.state(),
        Objects.requireNonNullElse(delivery.position(), "-"),
        delivery.type(),
        Objects.requireNonNullElse(delivery.branch(), "-"),
        Integer.toString(delivery.attempt()),
        Objects.requireNonNullElse(delivery.status(), "-"),
        Objects.requireNonNullElse(delivery.latencyMs(), "-"),
        Objects.requireNonNullElse(delivery.nextAttempt(), ""));
  }

  private void show(Webhooks.Delivery shown) {
    if (output().json()) {
      output().json(shown);
      return;
    }
    output().line("Delivery " + shown.id() + " of event " + shown.eventId());
    output().line("  Type: " + shown.type());
    output().line("  State: " + shown.state());
    if (shown.nextAttempt() != null) {
      output().line("  Next try: " + shown.nextAttempt());
    }
    for (Webhooks.Attempt attempt : shown.attempts()) {
      output()
          .line(
              "  Attempt at "
                  + attempt.at()
                  + ": "
                  + (attempt.error() == null ? "answered " + attempt.status() : attempt.error())
                  + " ("
                  + attempt.latencyMs()
                  + " ms)");
    }
    output().line("  POST " + shown.url());
    output().line("  " + shown.body());
  }
}
