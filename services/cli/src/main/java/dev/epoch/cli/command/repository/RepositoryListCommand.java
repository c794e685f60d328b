package dev.epoch.cli.command.repository;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch repo list}. */
@Command(name = "list", description = "List the repositories of the server.")
public final class RepositoryListCommand extends RepositoryListing {

  /** The command in a session. */
  public RepositoryListCommand(Session session) {
    super(session);
  }
}
