package dev.epoch.cli.command.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch schema clone}. */
@Command(
    name = "clone",
    description = "Make all objects of a database's schema in a new one, without rows.")
public final class SchemaCloneCommand extends EpochSubcommand {
  @Parameters(index = "0", paramLabel = "<schema>", description = "Schema of the database.")
  private String schema;

  @Parameters(index = "1", paramLabel = "<into>", description = "Name of the new one.")
  private String into;

  @Option(
      names = "--storage",
      paramLabel = "<storage>",
      description = "In this one, where registered tables are in several.")
  private String storage;

  @Option(names = "--dry-run", description = "Show what would be run.")
  private boolean dryRun;

  /** The command in a session. */
  public SchemaCloneCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    ObjectNode body = Json.object().put("schema", schema).put("into", into);
    if (storage != null) {
      body.put("storage", storage);
    }
    if (dryRun) {
      body.put("dry_run", true);
    }
    return SchemaRun.show(
        output(), client().schemas().copy(body), dryRun, "Nothing to do: no object");
  }
}
