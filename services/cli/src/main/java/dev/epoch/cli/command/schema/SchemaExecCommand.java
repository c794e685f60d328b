package dev.epoch.cli.command.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch schema exec}. */
@Command(
    name = "exec",
    description = {
      "Run statements that change the schema.",
      "Values that they take away are kept first: old commits go on answering."
    })
public final class SchemaExecCommand extends EpochSubcommand {
  @Parameters(arity = "0..1", paramLabel = "<sql>", description = "One or more statements.")
  private String sql;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "<file>",
      description = "They are in this file.")
  private String file;

  @Option(
      names = "--branches",
      split = ",",
      paramLabel = "<branches>",
      description = "On each of these instead, separated by commas.")
  private List<String> branches = List.of();

  @Option(names = "--all-branches", description = "On every branch instead.")
  private boolean allBranches;

  @Option(
      names = "--storage",
      paramLabel = "<storage>",
      description = "In this one, where registered tables are in several.")
  private String storage;

  @Option(names = "--dry-run", description = "Try them on empty copies of the tables.")
  private boolean dryRun;

  @Option(names = "--force", description = "Also what takes values away.")
  private boolean force;

  @Option(
      names = "--lock-timeout",
      paramLabel = "<duration>",
      description = "How long to wait for a lock (default: 30s).")
  private String lockTimeout;

  @Option(
      names = "--statement-timeout",
      paramLabel = "<duration>",
      description = "How long a statement may run (default: 5m).")
  private String statementTimeout;

  @Option(
      names = "--retries",
      paramLabel = "<n>",
      description = "How often to try again for want of locks (default: 3).")
  private Integer retries;

  @Option(names = "--no-transaction", description = "Each statement for itself.")
  private boolean noTransaction;

  /** The command in a session. */
  public SchemaExecCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if ((sql == null) == (file == null)) {
      throw CommandFailure.usage("give statements, or --file FILE");
    }
    ObjectNode body = Json.object();
    body.put("sql", sql == null ? read() : sql);
    if (!branches.isEmpty() && allBranches) {
      throw CommandFailure.usage("give one of --branches and --all-branches");
    }
    if (allBranches) {
      body.put("all_branches", true);
    } else if (!branches.isEmpty()) {
      branches.forEach(body.putArray("branches")::add);
    } else {
      body.put("branch", session().branch());
    }
    if (storage != null) {
      body.put("storage", storage);
    }
    if (dryRun) {
      body.put("dry_run", true);
    }
    if (force) {
      body.put("force", true);
    }
    if (lockTimeout != null) {
      body.put("lock_timeout", lockTimeout);
    }
    if (statementTimeout != null) {
      body.put("statement_timeout", statementTimeout);
    }
    if (retries != null) {
      body.put("retries", retries);
    }
    session()
        .settings()
        .ddl()
        .complete(body, List.of("lock_timeout", "statement_timeout", "retries"));
    if (noTransaction) {
      body.put("transaction", false);
    }
    JsonNode answer = client().schemas().execute(body);
    if (!answer.has("branches") || output().json()) {
      return SchemaRun.show(output(), answer, dryRun, "Nothing to do: no statement");
    }
    for (JsonNode result : answer.path("branches")) {
      output()
          .line(
              "%s: %s%s"
                  .formatted(
                      result.path("branch").asText(),
                      result.path("state").asText(),
                      result.hasNonNull("error") ? ": " + result.path("error").asText() : ""));
    }
    return answer.path("state").asText().equals("done") ? ExitCode.OK : ExitCode.CONFLICT;
  }

  private String read() {
    try {
      return Files.readString(session().directory().resolve(file));
    } catch (IOException unreadable) {
      throw SchemaFiles.unreadable(Path.of(file), unreadable);
    }
  }
}
