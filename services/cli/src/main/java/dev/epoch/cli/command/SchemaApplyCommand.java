package dev.epoch.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.client.Json;
import java.util.Locale;
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
  private static final double KILOBYTE = 1024;

  @Parameters(
      arity = "0..1",
      paramLabel = "<table>",
      description = "Only this table; with --status, the id of a schema change.")
  private String table;

  @Option(names = "--from", paramLabel = "<ref>", description = "Ref that has the schema.")
  private String from;

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
  ExitCode run() {
    if (status == (from != null)) {
      throw CommandFailure.usage("give --from REF, or ask for --status");
    }
    if (status) {
      return show(client().schemas().applied(table == null ? "latest" : table), false);
    }
    ObjectNode body = Json.object();
    put(body, "table", table);
    body.put("from", session().ref(from));
    put(body, "schema_hash", plan);
    put(body, "lock_timeout", lockTimeout);
    put(body, "statement_timeout", statementTimeout);
    put(body, "initial_delay", initialDelay);
    put(body, "max_delay", maxDelay);
    if (retries != null) {
      body.put("retries", retries);
    }
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
    boolean failed = answer.path("state").asText().equals("failed");
    if (output().json()) {
      output().json(answer);
    } else if (dry) {
      dryRun(answer);
    } else {
      progress(answer);
    }
    return failed ? ExitCode.CONFLICT : ExitCode.OK;
  }

  private void dryRun(JsonNode answer) {
    output().line("Dry-run mode - no changes will be applied");
    output().line("");
    if (answer.path("statements").isEmpty()) {
      output().line("Nothing to do: the live tables are as they should be");
      return;
    }
    output().line("Statements to execute:");
    int number = 1;
    for (JsonNode statement : answer.path("statements")) {
      output().line("  " + number++ + ". " + statement.path("sql").asText());
    }
    if (!answer.path("warnings").isEmpty()) {
      output().line("");
      output().line("Warnings:");
      for (JsonNode warning : answer.path("warnings")) {
        output()
            .line(
                "  - %s: %s (%s)"
                    .formatted(
                        warning.path("operation").asText(),
                        warning.path("object").asText(),
                        warning.path("description").asText()));
      }
    }
    if (!answer.path("impact").isEmpty()) {
      output().line("");
      output().line("Estimated impact:");
      for (JsonNode impact : answer.path("impact")) {
        if (answer.path("impact").size() > 1) {
          output().line("  Table: " + impact.path("table").asText());
        }
        output().line("  Table size: " + size(impact.path("bytes").asLong()));
        output()
            .line(
                "  Row count: " + String.format(Locale.ROOT, "%,d", impact.path("rows").asLong()));
        if (impact.hasNonNull("recommendation")) {
          output().line("  Recommended: " + impact.path("recommendation").asText());
        }
      }
    }
  }

  private void progress(JsonNode answer) {
    if (answer.path("statements").isEmpty()) {
      output().confirm("Nothing to do: the live tables are as they should be");
      return;
    }
    output()
        .line(
            "Schema change %s: %s"
                .formatted(answer.path("operation_id").asText(), answer.path("state").asText()));
    for (JsonNode statement : answer.path("statements")) {
      output()
          .line(
              "  %-7s  %s"
                  .formatted(statement.path("state").asText(), statement.path("sql").asText()));
      if (statement.hasNonNull("error")) {
        output().line("           " + statement.path("error").asText());
      }
    }
  }

  private static String size(long bytes) {
    String[] units = {"bytes", "KB", "MB", "GB", "TB"};
    double size = bytes;
    int unit = 0;
    while (size >= KILOBYTE && unit < units.length - 1) {
      size /= KILOBYTE;
      unit++;
    }
    return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", size, units[unit]);
  }
}
