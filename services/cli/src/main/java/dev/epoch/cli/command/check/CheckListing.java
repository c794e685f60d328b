package dev.epoch.cli.command.check;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.command.webhook.WebhookListing;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.check.Checks;
import java.util.List;

/** Lists checks. */
abstract class CheckListing extends EpochSubcommand {

  CheckListing(Session session) {
    super(session);
  }

  @Override
  protected final ExitCode run() {
    Checks.Listing listing = client().checks().list();
    if (output().json()) {
      output().json(listing);
    } else if (!listing.checks().isEmpty()) {
      output()
          .lines(
              Columns.aligned(
                  List.of("NAME", "ON", "BRANCHES", "TABLES", "SQL"),
                  listing.checks().stream().map(CheckListing::row).toList()));
    }
    return ExitCode.OK;
  }

  private static List<String> row(Checks.Check check) {
    return List.of(
        check.name(),
        String.join(",", check.on()),
        WebhookListing.names(check.branches()),
        WebhookListing.names(check.tables()),
        check.sql().replaceAll("\\s+", " ").strip());
  }
}
