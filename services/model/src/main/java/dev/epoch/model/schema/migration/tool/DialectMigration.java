package dev.epoch.model.schema.migration.tool;

import java.util.List;
import java.util.Objects;

/**
 * A migration in the dialect of one database, as texts.
 *
 * @param dialect as people write it: {@code MySQL}
 * @param up statements from the one schema to the other, without semicolons
 * @param down those that undo them
 * @param unsupported what the dialect has nothing for, or has to be written by hand
 * @param remarks what whoever runs it ought to know, a line each
 */
public record DialectMigration(
    String dialect,
    List<String> up,
    List<String> down,
    List<String> unsupported,
    List<String> remarks) {
  public DialectMigration {
    Objects.requireNonNull(dialect, "dialect");
    up = List.copyOf(up);
    down = List.copyOf(down);
    unsupported = List.copyOf(unsupported);
    remarks = List.copyOf(remarks);
  }

  /** Both ways as one text, with what has to be written by hand in front. */
  public String text(String from, String to) {
    StringBuilder text =
        new StringBuilder("-- Migration: %s -> %s (%s)\n".formatted(from, to, dialect));
    notes(text);
    text.append("\n-- UP\n").append(body(up)).append("\n-- DOWN\n").append(body(down));
    return text.toString();
  }

  /** One way, for Flyway. */
  public String flyway(String from, String to, boolean undo) {
    StringBuilder text =
        new StringBuilder("-- %s: %s -> %s\n\n".formatted(undo ? "Undo" : "Migration", from, to));
    if (!undo) {
      notes(text);
    }
    return text.append(body(undo ? down : up)).toString();
  }

  /** One change set with its rollback, for Liquibase. */
  public LiquibaseFile liquibase(String id, String from, String to) {
    return new LiquibaseFile(id, from + " -> " + to, up, down, !remarks.isEmpty(), true);
  }

  private void notes(StringBuilder text) {
    unsupported.forEach(line -> text.append("-- WRITE BY HAND: ").append(line).append('\n'));
    remarks.forEach(line -> text.append("-- ").append(line).append('\n'));
  }

  private static String body(List<String> statements) {
    StringBuilder text = new StringBuilder();
    statements.forEach(statement -> text.append(statement).append(";\n"));
    return text.toString();
  }
}
