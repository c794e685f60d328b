package dev.epoch.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.TimeExpression;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.Commit;
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
    description = "Give commits that record no schema the one that the databases have now.")
public final class MigrateSchemasCommand extends EpochSubcommand {

  @Parameters(arity = "0..*", paramLabel = "<tables>", description = "Only these tables.")
  private List<String> named = List.of();

  @Option(names = "--backfill", description = "From the live databases.")
  private boolean backfill;

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
  ExitCode run() {
    List<String> chosen = new ArrayList<>(named);
    chosen.addAll(tables);
    if (!backfill) {
      throw CommandFailure.usage("say --backfill");
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

  private Instant time() {
    return TimeExpression.from(since, ZonedDateTime.now(session().environment().zone()))
        .orElseThrow(() ->
            new CommandFailure(
                ExitCode.USAGE, "'" + since + "' is not a date", TimeExpression.EXAMPLES));
  }
}
