package dev.epoch.cli.command.repository;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.repository.Repository;

/** Ties the folder to a repository, a new one or one that exists. */
abstract class OpenRepositoryCommand extends EpochSubcommand {

  OpenRepositoryCommand(Session session) {
    super(session);
  }

  /** Makes or opens the repository. */
  abstract Repository repository();

  /** The metadata database that was asked for, or null. */
  String metadataUrl() {
    return null;
  }

  /** What was done to it, such as {@code Opened}. */
  abstract String done();

  @Override
  protected final ExitCode run() {
    Repository repository = repository();
    session().tie(repository, metadataUrl());
    if (output().json()) {
      output().json(repository);
    } else {
      output()
          .confirm(
              "%s repository '%s' on branch '%s'"
                  .formatted(done(), repository.name(), repository.defaultBranch()));
    }
    return ExitCode.OK;
  }
}
