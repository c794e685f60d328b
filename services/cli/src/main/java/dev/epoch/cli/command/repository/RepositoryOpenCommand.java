package dev.epoch.cli.command.repository;

import dev.epoch.cli.Session;
import dev.epoch.client.repository.Repository;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch repo open}. */
@Command(name = "open", description = "Tie this folder to an existing repository.")
public final class RepositoryOpenCommand extends OpenRepositoryCommand {

  @Parameters(paramLabel = "<name>", description = "Name of the repository.")
  private String name;

  /** The command in a session. */
  public RepositoryOpenCommand(Session session) {
    super(session);
  }

  @Override
  Repository repository() {
    return session().server().repositories().open(name);
  }

  @Override
  String done() {
    return "Opened";
  }
}
