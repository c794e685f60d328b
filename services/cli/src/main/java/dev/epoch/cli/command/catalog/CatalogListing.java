package dev.epoch.cli.command.catalog;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.catalog.Catalog;
import java.util.List;
import java.util.Objects;

/** Lists the databases of the catalog. */
abstract class CatalogListing extends CatalogSubcommand {

  CatalogListing(Session session) {
    super(session);
  }

  @Override
  protected final ExitCode run() {
    Catalog.Listing listing = catalogs().list();
    if (output().json()) {
      output().json(listing);
    } else if (!listing.catalogs().isEmpty()) {
      output()
          .lines(
              Columns.aligned(
                  List.of("ID", "BRANCH", "NAME", "DESCRIPTION"),
                  listing.catalogs().stream().map(CatalogListing::row).toList()));
    }
    return ExitCode.OK;
  }

  private static List<String> row(Catalog catalog) {
    return List.of(
        catalog.id(),
        catalog.defaultBranch(),
        catalog.name(),
        Objects.requireNonNullElse(catalog.description(), ""));
  }
}
