package dev.epoch.cli.command.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.SchemaDiffText;
import dev.epoch.cli.text.SchemaImpactText;
import dev.epoch.client.schema.Schemas;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch schema diff}. */
@Command(
    name = "diff",
    description = {
      "Compare schemas, and generate the statements that make the one the other.",
      "[<table>] <base> <target>: two refs. One ref: from it to the current branch. None, or"
          + " --live: from the current branch's last commit to what the database has now."
    })
public final class SchemaDiffCommand extends EpochSubcommand {

  @Parameters(
      arity = "0..3",
      paramLabel = "<table> <base> <target>",
      description = "Table and refs; with --live, the table alone.")
  private List<String> words = new ArrayList<>();

  @Option(names = "--table", paramLabel = "<table>", description = "Only this table.")
  private String table;

  @Option(names = "--live", description = "The target is what the database has now.")
  private boolean live;

  @Option(
      names = {"--ddl", "--show-ddl"},
      description = "Show the statements.")
  private boolean ddl;

  @Option(
      names = "--ddl-output",
      paramLabel = "<file>",
      description = "Write the statements to a file.")
  private Path file;

  @Option(names = "--columns-only", description = "Only columns.")
  private boolean columnsOnly;

  @Option(names = "--constraints-only", description = "Only constraints.")
  private boolean constraintsOnly;

  @Option(names = "--indexes-only", description = "Only indexes.")
  private boolean indexesOnly;

  @Option(names = "--online", description = "Statements that let writers go on.")
  private boolean online;

  @Option(
      names = "--dialect",
      paramLabel = "<dialect>",
      description = "postgresql (default), mysql or sqlite.")
  private String dialect;

  @Option(
      names = "--check-data-impact",
      description = "Count the live rows that are lost, or stand against the change.")
  private boolean checkDataImpact;

  @Option(
      names = "--analyze-impact",
      description = "Tell what each statement costs: locks, rewrites, sizes of tables.")
  private boolean analyzeImpact;

  @Option(names = "--force", description = "Statements that lose data too.")
  private boolean force;

  /** The command in a session. */
  public SchemaDiffCommand(Session session) {
    super(session);
  }

  @Override
  protected List<String> formats() {
    return List.of("text", "json", "flyway", "liquibase");
  }

  @Override
  protected ExitCode run() {
    SchemaParts parts = SchemaParts.of(columnsOnly, constraintsOnly, indexesOnly);
    Schemas.Comparison comparison = comparison();
    boolean impact = checkDataImpact || analyzeImpact;
    JsonNode diff =
        impact
            ? client().schemas().impact(comparison, checkDataImpact, analyzeImpact)
            : client().schemas().diff(comparison);
    boolean script = output().format().equals("flyway") || output().format().equals("liquibase");
    if (force && !ddl && file == null && !script) {
      throw CommandFailure.usage("--force is about --ddl and --ddl-output");
    }
    if (impact && (ddl || file != null || script)) {
      throw CommandFailure.usage("impacts are told without statements: leave out --ddl");
    }
    if (!ddl && file == null && !script) {
      if (output().json()) {
        output().json(diff);
      } else {
        output().lines(new SchemaDiffText(output().palette()).of(diff, parts::has));
        output().lines(SchemaImpactText.of(diff));
      }
      return ExitCode.OK;
    }
    if (output().json()) {
      throw CommandFailure.usage("--format json has the statements by itself, in up and down");
    }
    requireForce(diff, parts);
    statements(comparison, diff, parts);
    return ExitCode.OK;
  }

  private Schemas.Comparison comparison() {
    List<String> refs = new ArrayList<>(words);
    boolean tableFirst = refs.size() == 3 || live && refs.size() % 2 == 1;
    String only = tableFirst ? refs.removeFirst() : table;
    if (tableFirst && table != null) {
      throw CommandFailure.usage("give the table once");
    }
    if (live && refs.size() > 1) {
      throw CommandFailure.usage("--live is the target: give one ref at most");
    }
    boolean now = live || refs.isEmpty();
    String base = refs.isEmpty() ? session().branch() : session().ref(refs.getFirst());
    String target =
        now
            ? session().branch()
            : refs.size() < 2 ? session().headRef() : session().ref(refs.get(1));
    return new Schemas.Comparison(base, target, now, only, dialect, online ? true : null);
  }

  /** What loses data is generated on request only. */
  private void requireForce(JsonNode diff, SchemaParts parts) {
    if (force || parts.kind() != null || !diff.path("destructive").asBoolean()) {
      return;
    }
    StringBuilder message = new StringBuilder("Destructive operations detected:");
    for (JsonNode warning : diff.path("warnings")) {
      message
          .append("\n  - ")
          .append(warning.path("operation").asText())
          .append(": ")
          .append(warning.path("object").asText())
          .append(" (")
          .append(warning.path("description").asText())
          .append(")");
    }
    throw new CommandFailure(
        ExitCode.CONFLICT, message.toString(), "Use --force to generate DDL anyway");
  }

  private void statements(Schemas.Comparison comparison, JsonNode diff, SchemaParts parts) {
    String format = output().format();
    String text;
    if (parts.kind() != null) {
      text = selected(diff, parts);
    } else {
      String named = format.equals("text") ? file == null ? "ddl" : "script" : format;
      String form = SchemaFiles.form(named, file);
      String id = file == null ? null : SchemaFiles.id(file);
      text = SchemaFiles.read(client().schemas().migration(comparison, form, id));
    }
    if (file == null) {
      output().text(text);
      return;
    }
    SchemaFiles.write(session().directory().resolve(file), text);
    output().confirm("Generated migration: " + file);
    Path undo = SchemaFiles.undo(file);
    if (format.equals("flyway") && undo != null && parts.kind() == null) {
      SchemaFiles.write(
          session().directory().resolve(undo),
          SchemaFiles.read(client().schemas().migration(comparison, "flyway-undo", null)));
      output().confirm("Generated undo: " + undo);
    }
  }

  private static String selected(JsonNode diff, SchemaParts parts) {
    StringBuilder text = new StringBuilder();
    for (JsonNode change : diff.path("changes")) {
      String sql = change.path("sql_to_sync").asText();
      if (parts.has(change) && !sql.isEmpty()) {
        text.append(sql).append(";\n");
      }
    }
    return text.toString();
  }
}
