package dev.epoch.cli.command.hook;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.command.webhook.WebhookListing;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.hook.Hooks;
import java.util.List;

/** Lists hooks. */
abstract class HookListing extends EpochSubcommand {

  HookListing(Session session) {
    super(session);
  }

  @Override
  protected final ExitCode run() {
    Hooks.Listing listing = client().hooks().list();
    if (output().json()) {
      output().json(listing);
    } else if (!listing.hooks().isEmpty()) {
      output()
          .lines(
              Columns.aligned(
                  List.of("NAME", "EVENT", "BRANCHES", "TIMEOUT", "ON FAILURE", "URL"),
                  listing.hooks().stream().map(HookListing::row).toList()));
    }
    return ExitCode.OK;
  }

  private static List<String> row(Hooks.Hook hook) {
    return List.of(
        hook.name(),
        hook.event() + (hook.active() ? "" : " (inactive)"),
        WebhookListing.names(hook.branches()),
        hook.timeout(),
        hook.onFailure(),
        hook.url());
  }
}
