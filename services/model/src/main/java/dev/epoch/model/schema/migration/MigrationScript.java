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
 * @param dialect that its statements are in
 * @param from name of the state that it begins with
 * @param to name of the state that it leads to
 * @param schema names in it are written without it
 */
public record MigrationScript(
    Migration migration, SchemaDialect dialect, String from, String to, String schema) {
  private static final String RULE = "-- " + "=".repeat(60);

  public MigrationScript {
    Objects.requireNonNull(migration, "migration");
    Objects.requireNonNull(dialect, "dialect");
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(schema, "schema");
  }

  /** The differences one by one, each with its statements. */
  public List<MigrationChange> changes() {
    return dialect.changes(migration);
  }

  /** A text with names of the schema without it. */
  public String plain(String sql) {
    return dialect.within(sql, schema);
  }

  /** A statement for the way up or down, without a semicolon. */
  public String sql(Statement statement) {
    return dialect.readable(statement.sql(), schema);
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
    texts.addAll(dialect.preamble(statements));
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

  private void headed(StringBuilder text, List<Statement> statements) {
    List<String> preamble = dialect.preamble(statements);
    text.append(preamble.isEmpty() ? "" : "\n" + String.join(";\n", preamble) + ";\n");
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
    return hazard.operation() + ": " + plain(hazard.object()) + " (" + hazard.description() + ")";
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
