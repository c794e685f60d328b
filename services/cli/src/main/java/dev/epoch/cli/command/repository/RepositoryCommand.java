package dev.epoch.cli.command.repository;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch repo}: without more, the list. */
@Command(
    name = "repo",
    description = "List and open repositories.",
    synopsisSubcommandLabel = "[<command>]")
public final class RepositoryCommand extends RepositoryListing {

  /** The command in a session. */
  public RepositoryCommand(Session session) {
    super(session);
  }
}
