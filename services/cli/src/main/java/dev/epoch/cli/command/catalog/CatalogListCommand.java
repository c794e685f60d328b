package dev.epoch.cli.command.catalog;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch catalog list}. */
@Command(name = "list", description = "List the databases of the catalog.")
public final class CatalogListCommand extends CatalogListing {

  /** The command in a session. */
  public CatalogListCommand(Session session) {
    super(session);
  }
}
