package dev.epoch.cli.command.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Columns;
import dev.epoch.cli.text.SchemaText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch schema show}. */
@Command(
    name = "show",
    description = "Show the schema of a table, or all objects of the databases' schemas.")
public final class SchemaShowCommand extends EpochSubcommand {

  @Parameters(arity = "0..1", paramLabel = "<table>", description = "Name of the table.")
  private String table;

  @Option(names = "--all", description = "All objects: tables, views, functions, types ...")
  private boolean all;

  @Option(
      names = "--at",
      paramLabel = "<ref>",
      description = "At this commit, branch or tag (default: HEAD).")
  private String at;

  @Option(names = "--live", description = "As the database has it now.")
  private boolean live;

  @Option(names = "--generate-ddl", description = "As the statements that make it.")
  private boolean ddl;

  /** The command in a session. */
  public SchemaShowCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (all == (table != null)) {
      throw CommandFailure.usage("name a table, or ask for --all");
    }
    String ref = at != null ? session().ref(at) : live ? session().branch() : session().headRef();
    if (ddl) {
      print(
          all
              ? client().schemas().objectsDdl(ref, live)
              : client().schemas().tableDdl(table, ref, live));
    } else if (all) {
      objects(client().schemas().objects(ref, live));
    } else {
      JsonNode schema = client().schemas().table(table, ref, live, output().json());
      if (output().json()) {
        output().json(schema);
      } else {
        output().lines(SchemaText.of(schema));
      }
    }
    return ExitCode.OK;
  }

  private void print(Reader text) {
    try (BufferedReader lines = new BufferedReader(text)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output().line(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void objects(JsonNode answer) {
    if (output().json()) {
      output().json(answer);
      return;
    }
    for (JsonNode database : answer.path("databases")) {
      output()
          .line(
              "Storage: %s (%s), hash %s"
                  .formatted(
                      database.path("storage").asText(),
                      SchemaText.source(database.path("source").asText()),
                      database.path("schema_hash").asText().substring(0, 7)));
      List<List<String>> rows = new ArrayList<>();
      for (JsonNode object : database.path("objects")) {
        String schema = object.path("schema").asText();
        rows.add(
            List.of(
                object.path("kind").asText(),
                (schema.isEmpty() ? "" : schema + ".") + object.path("name").asText(),
                object.path("hash").asText().substring(0, 7)));
      }
      Columns.aligned(List.of("KIND", "NAME", "HASH"), rows).forEach(line -> output().line(line));
    }
  }
}
