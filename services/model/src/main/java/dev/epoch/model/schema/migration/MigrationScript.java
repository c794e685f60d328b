package dev.epoch.model.schema.migration;

import dev.epoch.model.schema.migration.tool.LiquibaseFile;
import dev.epoch.model.schema.migration.tool.ToolText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A migration as texts that people read and tools run.
 *
 * @param migration what it does
 * @param from name of the state that it begins with
 * @param to name of the state that it leads to
 * @param schema names in it are written without it
 */
public record MigrationScript(Migration migration, String from, String to, String schema) {
  private static final String RULE = "-- " + "=".repeat(60);

  public MigrationScript {
    Objects.requireNonNull(migration, "migration");
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(schema, "schema");
  }

  /** A text with names of the schema without it. */
  public String plain(String sql) {
    return SqlText.inSchema(sql, schema, null);
  }

  /** A statement for the way up or down, without a semicolon. */
  public String sql(Statement statement) {
    String sql = SqlText.inSchema(statement.sql(), schema, null);
    int name = sql.indexOf(" ADD CONSTRAINT ");
    if (name < 0) {
      return sql;
    }
    int kind = sql.indexOf(' ', name + " ADD CONSTRAINT ".length());
    // a name with blanks is quoted
    int quote =
        sql.charAt(name + " ADD CONSTRAINT ".length()) == '"'
            ? sql.indexOf("\" ", name + " ADD CONSTRAINT ".length() + 1) + 1
            : kind;
    return sql.substring(0, quote) + "\n    " + sql.substring(quote + 1);
  }

  /** The way up and the way down, briefly. */
  public String brief() {
    StringBuilder text = new StringBuilder(title());
    text.append("\n-- UP\n");
    statements(text, migration.up());
    text.append("\n-- DOWN\n");
    statements(text, migration.down());
    return text.toString();
  }

  /** With headings, hazards, and when it was made. */
  public String file(String generated) {
    StringBuilder text = new StringBuilder(title());
    text.append("-- Generated: ").append(generated).append('\n');
    List<Hazard> warnings = migration.warnings();
    if (!warnings.isEmpty()) {
      text.append("--\n");
      warnings.forEach(hazard -> text.append("-- WARNING: ").append(plain(hazard)).append('\n'));
    }
    text.append('\n').append(RULE).append("\n-- UP: Apply changes\n").append(RULE).append('\n');
    headed(text, migration.up());
    text.append('\n').append(RULE).append("\n-- DOWN: Reverse changes\n").append(RULE).append('\n');
    headed(text, migration.down());
    return text.toString();
  }

  /** For Flyway: {@code V2__name.sql}. */
  public String flyway() {
    return ToolText.comment(title()) + "\n" + forTool(migration.up());
  }

  /** For Flyway's undo: {@code U2__name.sql}. */
  public String flywayUndo() {
    return ToolText.comment("-- Undo: " + from + " -> " + to) + "\n\n" + forTool(migration.down());
  }

  /** For Liquibase: one change set with its rollback. */
  public LiquibaseFile liquibase(String id) {
    boolean alone =
        Stream.concat(migration.up().stream(), migration.down().stream())
            .anyMatch(Statement::alone);
    return new LiquibaseFile(
        id, from + " -> " + to, oneByOne(migration.up()), oneByOne(migration.down()), alone, alone);
  }

  private List<String> oneByOne(List<Statement> statements) {
    List<String> texts = new ArrayList<>();
    String preamble = preamble(statements);
    if (!preamble.isEmpty()) {
      texts.add(preamble.strip().replace(";", ""));
    }
    statements.forEach(statement -> texts.add(ToolText.of(sql(statement))));
    return texts;
  }

  private String forTool(List<Statement> statements) {
    StringBuilder text = new StringBuilder();
    oneByOne(statements).forEach(statement -> text.append(statement).append(";\n"));
    return text.toString();
  }

  private String title() {
    return "-- Migration: " + from + " -> " + to + "\n";
  }

  private void statements(StringBuilder text, List<Statement> statements) {
    statements.forEach(statement -> text.append(sql(statement)).append(";\n"));
  }

  /** Bodies of functions may name what comes after them. */
  private static String preamble(List<Statement> statements) {
    return statements.stream().anyMatch(statement -> statement.step() == Step.ROUTINES)
        ? "SET check_function_bodies = false;\n"
        : "";
  }

  private void headed(StringBuilder text, List<Statement> statements) {
    text.append(preamble(statements).isEmpty() ? "" : "\n" + preamble(statements));
    Step step = null;
    for (Statement statement : statements) {
      if (statement.step() != step) {
        step = statement.step();
        text.append("\n-- ").append(step.title()).append('\n');
      }
      text.append(sql(statement)).append(";\n");
    }
  }

  private String plain(Hazard hazard) {
    return hazard.operation()
        + ": "
        + SqlText.inSchema(hazard.object(), schema, null)
        + " ("
        + hazard.description()
        + ")";
  }

  /** What takes something away, as a warning; empty if nothing does. */
  public List<String> destructive() {
    List<String> lines = new ArrayList<>();
    if (migration.destructive()) {
      lines.add("WARNING: Destructive operations detected:");
      migration.warnings().stream()
          .filter(hazard ->
              hazard.kind() == Hazard.Kind.DATA_LOSS || hazard.kind() == Hazard.Kind.REMOVAL)
          .forEach(hazard -> lines.add("  - " + plain(hazard)));
    }
    return lines;
  }
}
