package dev.epoch.cli.command;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.client.Repository;

/** Lists repositories; the one of this folder is marked. */
abstract class RepositoryListing extends EpochSubcommand {

  RepositoryListing(Session session) {
    super(session);
  }

  @Override
  final ExitCode run() {
    Repository.Listing listing = session().server().repositories().list();
    if (output().json()) {
      output().json(listing);
      return ExitCode.OK;
    }
    String current = session().settings().repository().orElse(null);
    for (Repository repository : listing.repositories()) {
      String description = repository.description() == null ? "" : "  " + repository.description();
      output()
          .line(
              (repository.name().equals(current) ? "* " : "  ") + repository.name() + description);
    }
    return ExitCode.OK;
  }
}
