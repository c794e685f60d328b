package dev.epoch.cli.command.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Columns;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch schema status}. */
@Command(
    name = "status",
    description = "What is recorded of tables' schemas, and how the databases are.")
public final class SchemaStatusCommand extends EpochSubcommand {

  @Parameters(arity = "0..*", paramLabel = "<tables>", description = "Only these tables.")
  private List<String> tables = List.of();

  @Option(names = "--check-bloat", description = "Room that dead records take.")
  private boolean bloat;

  @Option(names = "--check-indexes", description = "Whether queries can use the indexes.")
  private boolean indexes;

  /** The command in a session. */
  public SchemaStatusCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    JsonNode status = client().schemas().status(tables, session().branch(), bloat, indexes);
    if (output().json()) {
      output().json(status);
      return ExitCode.OK;
    }
    JsonNode found = status.path("tables");
    if (!bloat && !indexes) {
      output().lines(schemas(found));
    }
    if (bloat) {
      output().lines(bloat(found));
    }
    if (indexes) {
      if (bloat) {
        output().line("");
      }
      output().lines(indexes(found));
    }
    return ExitCode.OK;
  }

  private static List<String> schemas(JsonNode tables) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode table : tables) {
      String live = table.path("live").asText();
      rows.add(
          List.of(
              table.path("table").asText(),
              table.path("latest_schema").asBoolean() ? "Yes" : "No",
              capital(table.path("historical").asText()),
              live.equals("unknown") ? "N/A" : capital(live),
              table.path("status").asText()));
    }
    return Columns.ruled(
        List.of("Table", "Latest Schema", "Historical", "Live DB", "Status"), rows);
  }

  private static List<String> bloat(JsonNode tables) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode table : tables) {
      if (table.has("bloat")) {
        JsonNode bloat = table.path("bloat");
        rows.add(
            List.of(
                table.path("table").asText(),
                size(table.path("size_bytes").asLong()),
                "%,d".formatted(bloat.path("dead_tuples").asLong()),
                bloat.path("percent").asInt() + "%",
                bloat.path("recommendation").asText()));
      }
    }
    return Columns.ruled(
        List.of("Table", "Size", "Dead Tuples", "Bloat %", "Recommendation"), rows);
  }

  private static List<String> indexes(JsonNode tables) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode table : tables) {
      for (JsonNode index : table.path("indexes")) {
        rows.add(
            List.of(
                index.path("name").asText(),
                index.path("valid").asBoolean() ? "Yes" : "No",
                size(index.path("size_bytes").asLong()),
                used(index)));
      }
    }
    return Columns.ruled(List.of("Index", "Valid", "Size", "Last Used"), rows);
  }

  private static String used(JsonNode index) {
    if (index.hasNonNull("last_used")) {
      Duration ago =
          Duration.between(Instant.parse(index.path("last_used").asText()), Instant.now());
      if (ago.toMinutes() < 60) {
        return Math.max(0, ago.toMinutes()) + " min ago";
      }
      return ago.toHours() < 48 ? ago.toHours() + " h ago" : ago.toDays() + " days ago";
    }
    return index.path("used").asBoolean() ? "Used" : "Never";
  }

  private static String size(long bytes) {
    long megabyte = 1L << 20;
    if (bytes < megabyte) {
      return bytes / 1024 + " KB";
    }
    return bytes < 1024 * megabyte
        ? bytes / megabyte + " MB"
        : String.format(Locale.ROOT, "%.1f GB", bytes / (1024.0 * megabyte));
  }

  private static String capital(String word) {
    return word.isEmpty()
        ? word
        : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }
}
