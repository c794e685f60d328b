package dev.epoch.cli.command.access;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.access.ApiKeys;
import java.util.List;
import java.util.Objects;

/** Lists the keys of the API. */
abstract class AuthKeyListing extends EpochSubcommand {

  AuthKeyListing(Session session) {
    super(session);
  }

  @Override
  protected final ExitCode run() {
    ApiKeys.Listing listing = session().server().apiKeys().list();
    if (output().json()) {
      output().json(listing);
    } else if (!listing.keys().isEmpty()) {
      output()
          .lines(
              Columns.aligned(
                  List.of(
                      "NAME", "PREFIX", "CREATED", "ACTS FOR", "FOR", "EXPIRES", "LAST USED", "BY"),
                  listing.keys().stream().map(AuthKeyListing::row).toList()));
    }
    return ExitCode.OK;
  }

  private static List<String> row(ApiKeys.ApiKey key) {
    boolean ofSettings = key.source().equals("settings");
    return List.of(
        key.name(),
        Objects.requireNonNullElse(key.prefix(), ""),
        Objects.requireNonNullElse(key.createdAt(), ""),
        key.actsForOthers() ? "others" : "itself",
        key.administrator() ? "everything" : String.join(",", key.scopes()),
        Objects.requireNonNullElse(key.expiresAt(), ""),
        Objects.requireNonNullElse(key.lastUsedAt(), ""),
        ofSettings ? "settings of the server" : Objects.requireNonNullElse(key.createdBy(), ""));
  }
}
