package dev.epoch.cli.command.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.TimeExpression;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.transport.Json;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch migrate-schemas}. */
@Command(
    name = "migrate-schemas",
    description = {
      "Give commits that record no schema one.",
      "With --backfill that of the databases now, with --import-from the one that migrations of"
          + " Flyway or Liquibase had made by then."
    })
public final class MigrateSchemasCommand extends EpochSubcommand {

  @Parameters(
      arity = "0..*",
      paramLabel = "<tables>",
      description = "Only these tables; with --import-from, the folder or changelog.")
  private List<String> named = List.of();

  @Option(names = "--backfill", description = "From the live databases.")
  private boolean backfill;

  @Option(
      names = "--import-from",
      paramLabel = "<tool>",
      description = "flyway with its folder, or liquibase with a changelog in formatted SQL.")
  private String importFrom;

  @Option(names = "--all", description = "All tables.")
  private boolean all;

  @Option(names = "--table", paramLabel = "<table>", description = "Only this table; repeatable.")
  private List<String> tables = List.of();

  @Option(names = "--since", paramLabel = "<time>", description = "Only commits since then.")
  private String since;

  @Option(
      names = "--skip-inaccessible",
      description = "Mark databases that cannot be reached, and go on.")
  private boolean skipInaccessible;

  @Option(names = "--dry-run", description = "Only say what would be done.")
  private boolean dryRun;

  /** The command in a session. */
  public MigrateSchemasCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    List<String> chosen = new ArrayList<>(named);
    chosen.addAll(tables);
    if (backfill == (importFrom != null)) {
      throw CommandFailure.usage("say --backfill, or --import-from flyway or liquibase");
    }
    if (importFrom != null) {
      return importHistory();
    }
    if (all && !chosen.isEmpty()) {
      throw CommandFailure.usage("--all and single tables exclude each other");
    }
    JsonNode filled =
        client()
            .schemas()
            .backfill(chosen, since == null ? null : time().toString(), skipInaccessible, dryRun);
    if (output().json()) {
      output().json(filled);
      return ExitCode.OK;
    }
    if (filled.path("commits").isEmpty()) {
      output().line("Every commit shows a schema");
    }
    for (JsonNode commit : filled.path("commits")) {
      List<String> storages = new ArrayList<>();
      commit.path("storages").forEach(storage -> storages.add(storage.asText()));
      output()
          .line(
              "%s %s: schema of %s, shown by %s"
                  .formatted(
                      dryRun ? "Would fill" : "Filled",
                      Commit.shortId(commit.path("commit_id").asText()),
                      String.join(", ", storages),
                      Counts.of(commit.path("commits").asLong(), "commit")));
      commit
          .path("unavailable")
          .forEach(storage -> output().line("  schema unavailable: " + storage.asText()));
    }
    return ExitCode.OK;
  }

  private ExitCode importHistory() {
    boolean flyway = importFrom.equals("flyway");
    if (!flyway && !importFrom.equals("liquibase")) {
      throw CommandFailure.usage("--import-from takes flyway or liquibase");
    }
    if (named.size() != 1 || all || !tables.isEmpty() || since != null || skipInaccessible) {
      throw CommandFailure.usage("--import-from goes with one folder or changelog, and --dry-run");
    }
    Path place = session().directory().resolve(named.getFirst());
    List<MigrationFile> files =
        flyway ? MigrationFile.flyway(place) : MigrationFile.liquibase(place);
    JsonNode history = client().schemas().migrations(importFrom).path("migrations");
    MigrationComparison comparison = MigrationComparison.of(files, history);
    ObjectNode wish = Json.object().put("tool", importFrom);
    ArrayNode sent = wish.putArray("files");
    files.forEach(file -> sent.addObject().put("script", file.script()).put("sql", file.sql()));
    if (dryRun) {
      wish.put("dry_run", true);
    }
    if (!output().json()) {
      output().lines(comparison.lines());
      output().line("");
    }
    JsonNode imported = client().schemas().importMigrations(wish);
    if (output().json()) {
      ObjectNode answer = Json.object();
      answer.set("migrations", comparison.json());
      answer.set("commits", imported.path("commits"));
      output().json(answer);
      return comparison.drifted() ? ExitCode.CONFLICT : ExitCode.OK;
    }
    for (JsonNode commit : imported.path("commits")) {
      output()
          .line(
              "%s %s: schema behind %s, %s"
                  .formatted(
                      dryRun ? "Would fill" : "Filled",
                      Commit.shortId(commit.path("commit_id").asText()),
                      commit.path("script").asText(),
                      Counts.of(commit.path("objects").asLong(), "object")));
    }
    if (imported.path("commits").isEmpty()) {
      output().line("No commit is without a schema that a migration tells");
    }
    return comparison.drifted() ? ExitCode.CONFLICT : ExitCode.OK;
  }

  private Instant time() {
    return TimeExpression.from(since, ZonedDateTime.now(session().environment().zone()))
        .orElseThrow(() ->
            new CommandFailure(
                ExitCode.USAGE, "'" + since + "' is not a date", TimeExpression.EXAMPLES));
  }
}
