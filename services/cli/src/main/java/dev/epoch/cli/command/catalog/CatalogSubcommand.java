package dev.epoch.cli.command.catalog;

import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.catalog.Catalogs;

/** What commands about catalogs share: they name their database, and need no folder. */
abstract class CatalogSubcommand extends EpochSubcommand {

  CatalogSubcommand(Session session) {
    super(session);
  }

  final Catalogs catalogs() {
    return session().server().catalogs();
  }

  /** The branch that --branch names; null for the default branch of the database. */
  final String branchNamed() {
    return session().branchNamed().orElse(null);
  }
}
