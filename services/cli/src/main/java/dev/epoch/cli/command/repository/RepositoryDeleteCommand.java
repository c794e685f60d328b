package dev.epoch.cli.command.repository;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.EpochClient;
import dev.epoch.client.RefusedException;
import dev.epoch.client.repository.Repositories;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch repo delete}. */
@Command(
    name = "delete",
    description = {
      "Delete a repository: its branches, commits and tags.",
      "Its tables are versioned no more; they stay as they are in their databases."
    })
public final class RepositoryDeleteCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the repository.")
  private String name;

  @Option(
      names = {"-f", "--force"},
      description =
          "Needed: nothing brings it back, nor what its commits and branches have of tables.")
  private boolean force;

  /** The command in a session. */
  public RepositoryDeleteCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (!force) {
      session().server().repositories().get(name);
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "nothing brings a deleted repository back",
          "'epoch repo delete " + name + " --force' deletes it");
    }
    delete();
    if (output().json()) {
      output().json(Json.object().put("status", "deleted").put("name", name));
    } else {
      output().confirm("Deleted repository '" + name + "'");
    }
    return ExitCode.OK;
  }

  /** With its tables, where it has some: a server refuses to leave what it keeps in databases. */
  private void delete() {
    Repositories repositories = session().server().repositories();
    try {
      repositories.delete(name);
    } catch (RefusedException refusal) {
      JsonNode tables = refusal.details().path("tables");
      if (tables.isEmpty()) {
        throw refusal;
      }
      EpochClient repository = session().server().inRepository(name);
      for (JsonNode table : tables) {
        repository.tables().remove(table.asText(), null, true, true);
      }
      repositories.delete(name);
    }
  }
}
