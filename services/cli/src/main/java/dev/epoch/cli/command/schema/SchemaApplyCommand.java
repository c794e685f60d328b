package dev.epoch.cli.command.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.transport.Json;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch schema apply}. */
@Command(
    name = "apply",
    description = {
      "Make the live tables what a ref says they are.",
      "One that a crash interrupted goes on when the server is back; --status tells how far it is."
    })
public final class SchemaApplyCommand extends EpochSubcommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "<table>",
      description = "Only this table; with --status, the id of a schema change.")
  private String table;

  @Option(names = "--from", paramLabel = "<ref>", description = "Ref that has the schema.")
  private String from;

  @Option(
      names = "--reindex",
      paramLabel = "<index>",
      description = "Instead of --from: build this index of the table anew.")
  private String reindex;

  @Option(names = "--dry-run", description = "Show what would be run.")
  private boolean dryRun;

  @Option(names = "--force", description = "Also what loses data.")
  private boolean force;

  @Option(names = "--online", description = "Let writers go on; statement by statement.")
  private boolean online;

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

  @Option(
      names = "--initial-delay",
      paramLabel = "<duration>",
      description = "Before the first of them (default: 500ms); each next one waits twice as long.")
  private String initialDelay;

  @Option(
      names = "--max-delay",
      paramLabel = "<duration>",
      description = "But no longer than this (default: 30s).")
  private String maxDelay;

  @Option(names = "--no-transaction", description = "Each statement for itself.")
  private boolean noTransaction;

  @Option(names = "--plan", paramLabel = "<hash>", description = "Only for this live schema.")
  private String plan;

  @Option(names = "--status", description = "How far the schema change is.")
  private boolean status;

  /** The command in a session. */
  public SchemaApplyCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if ((status ? 1 : 0) + (from == null ? 0 : 1) + (reindex == null ? 0 : 1) != 1) {
      throw CommandFailure.usage("give --from REF, or ask for --status");
    }
    if (status) {
      return show(client().schemas().applied(table == null ? "latest" : table), false);
    }
    ObjectNode body = Json.object();
    put(body, "table", table);
    put(body, "from", from == null ? null : session().ref(from));
    put(body, "reindex", reindex);
    put(body, "schema_hash", plan);
    put(body, "lock_timeout", lockTimeout);
    put(body, "statement_timeout", statementTimeout);
    put(body, "initial_delay", initialDelay);
    put(body, "max_delay", maxDelay);
    if (retries != null) {
      body.put("retries", retries);
    }
    session()
        .settings()
        .ddl()
        .complete(
            body,
            List.of("lock_timeout", "statement_timeout", "retries", "initial_delay", "max_delay"));
    flag(body, "dry_run", dryRun);
    flag(body, "force", force);
    flag(body, "online", online);
    if (noTransaction) {
      body.put("transaction", false);
    }
    return show(client().schemas().apply(body), dryRun);
  }

  private static void put(ObjectNode body, String field, String value) {
    if (value != null) {
      body.put(field, value);
    }
  }

  private static void flag(ObjectNode body, String field, boolean value) {
    if (value) {
      body.put(field, true);
    }
  }

  private ExitCode show(JsonNode answer, boolean dry) {
    return SchemaRun.show(
        output(), answer, dry, "Nothing to do: the live tables are as they should be");
  }
}
