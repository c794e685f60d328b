package dev.epoch.cli.command.repository;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.repository.Repository;
import java.util.Objects;

/** Lists repositories; the one of this folder is marked. */
abstract class RepositoryListing extends EpochSubcommand {

  RepositoryListing(Session session) {
    super(session);
  }

  @Override
  protected final ExitCode run() {
    Repository.Listing listing = session().server().repositories().list();
    if (output().json()) {
      output().json(listing);
      return ExitCode.OK;
    }
    String current = session().settings().repository().orElse(null);
    for (Repository repository : listing.repositories()) {
      String description = Objects.requireNonNullElse(repository.description(), "");
      String mark = repository.name().equals(current) ? "* " : "  ";
      output().line((mark + repository.name() + "  " + description).stripTrailing());
    }
    return ExitCode.OK;
  }
}
