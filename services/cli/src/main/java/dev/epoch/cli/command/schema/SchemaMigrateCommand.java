package dev.epoch.cli.command.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.schema.Schemas;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch schema migrate}. */
@Command(
    name = "migrate",
    description = {
      "Write a migration from one ref's schema to another's to a file.",
      "Nothing is changed in a database: 'epoch schema apply' does that."
    })
public final class SchemaMigrateCommand extends EpochSubcommand {

  @Parameters(index = "0", paramLabel = "<base>", description = "Ref that it begins with.")
  private String base;

  @Parameters(index = "1", paramLabel = "<target>", description = "Ref that it leads to.")
  private String target;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "<file>",
      description = "File to write.")
  private Path file;

  @Option(names = "--table", paramLabel = "<table>", description = "Only this table.")
  private String table;

  @Option(names = "--online", description = "Statements that let writers go on.")
  private boolean online;

  @Option(
      names = "--dialect",
      paramLabel = "<dialect>",
      description = "postgresql (default), mysql or sqlite.")
  private String dialect;

  @Option(names = "--dry-run", description = "Print the statements, too.")
  private boolean dryRun;

  /** The command in a session. */
  public SchemaMigrateCommand(Session session) {
    super(session);
  }

  @Override
  protected List<String> formats() {
    return List.of("text", "json", "flyway", "liquibase");
  }

  @Override
  protected ExitCode run() {
    Schemas.Comparison comparison =
        new Schemas.Comparison(
            session().ref(base),
            session().ref(target),
            false,
            table,
            dialect,
            online ? true : null);
    JsonNode diff = client().schemas().diff(comparison);
    boolean tool = output().format().equals("flyway") || output().format().equals("liquibase");
    String form = SchemaFiles.form(tool ? output().format() : "script", file);
    String text =
        SchemaFiles.read(client().schemas().migration(comparison, form, SchemaFiles.id(file)));
    SchemaFiles.write(session().directory().resolve(file), text);
    Path undo = SchemaFiles.undo(file);
    if (form.equals("flyway") && undo != null) {
      SchemaFiles.write(
          session().directory().resolve(undo),
          SchemaFiles.read(client().schemas().migration(comparison, "flyway-undo", null)));
    }
    if (output().json()) {
      output().json(diff);
      return ExitCode.OK;
    }
    output().line("Generated migration: " + file);
    output().line("  UP: " + count(diff, "up"));
    output().line("  DOWN: " + count(diff, "down"));
    output().line("  Warnings: " + diff.path("warnings").size());
    for (JsonNode warning : diff.path("warnings")) {
      output()
          .line(
              "    ! %s: %s (%s)"
                  .formatted(
                      warning.path("operation").asText(),
                      warning.path("object").asText(),
                      warning.path("description").asText()));
    }
    if (dryRun) {
      output().line("");
      output().text(text);
    }
    return ExitCode.OK;
  }

  private static String count(JsonNode diff, String way) {
    int statements = diff.path(way).size();
    return statements + (statements == 1 ? " statement" : " statements");
  }
}
