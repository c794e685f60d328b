package dev.epoch.cli.command.admin;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.admin.SecretKeys;
import java.util.List;

/** Lists the keys of stored secrets. */
abstract class AdminKeysListing extends EpochSubcommand {

  AdminKeysListing(Session session) {
    super(session);
  }

  @Override
  protected final ExitCode run() {
    SecretKeys.Listing listing = session().server().secretKeys().list();
    if (output().json()) {
      output().json(listing);
    } else {
      output()
          .lines(
              Columns.aligned(
                  List.of("KEY", "USE", "SECRETS"),
                  listing.keys().stream().map(AdminKeysListing::row).toList()));
    }
    unreadable(this, listing.unreadable());
    return ExitCode.OK;
  }

  private static List<String> row(SecretKeys.Key key) {
    return List.of(key.id(), key.primary() ? "seals" : "opens", Long.toString(key.secrets()));
  }

  static void unreadable(EpochSubcommand command, List<String> owners) {
    if (!owners.isEmpty()) {
      command
          .output()
          .remark("no key opens the secrets of " + String.join(", ", owners) + "; give them again");
    }
  }
}
