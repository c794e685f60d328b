package dev.epoch.model.schema.migration.mysql;

import dev.epoch.model.schema.diff.ObjectChange;
import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.tool.LiquibaseFile;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A migration in the dialect of MySQL 8.
 *
 * @param up statements from the one schema to the other, without semicolons
 * @param down those that undo them
 * @param unsupported what MySQL has nothing for, or has to be written by hand
 */
public record MySqlMigration(List<String> up, List<String> down, List<String> unsupported) {
  public MySqlMigration {
    up = List.copyOf(up);
    down = List.copyOf(down);
    unsupported = List.copyOf(unsupported);
  }

  /**
   * Of all that differs between two schemas.
   *
   * @param difference of them, or a part of it
   */
  public static MySqlMigration between(
      SchemaDifference difference, DatabaseSchema before, DatabaseSchema after) {
    SequencedSet<String> unsupported = new LinkedHashSet<>();
    List<String> up = new MySqlPlanner(difference, after, unsupported).statements();
    SortedMap<ObjectId, ObjectChange> back =
        new TreeMap<>(SchemaDifference.between(after, before).changes());
    back.keySet().retainAll(difference.changes().keySet());
    List<String> down =
        new MySqlPlanner(new SchemaDifference(back), before, new LinkedHashSet<>()).statements();
    return new MySqlMigration(up, down, List.copyOf(unsupported));
  }

  /** Both ways as one text, with what has to be written by hand in front. */
  public String text(String from, String to) {
    StringBuilder text = new StringBuilder("-- Migration: %s -> %s (MySQL)\n".formatted(from, to));
    unsupported.forEach(line -> text.append("-- WRITE BY HAND: ").append(line).append('\n'));
    text.append("\n-- UP\n").append(body(up)).append("\n-- DOWN\n").append(body(down));
    return text.toString();
  }

  /** One way, for Flyway. */
  public String flyway(String from, String to, boolean undo) {
    StringBuilder text =
        new StringBuilder("-- %s: %s -> %s\n\n".formatted(undo ? "Undo" : "Migration", from, to));
    if (!undo) {
      unsupported.forEach(line -> text.append("-- WRITE BY HAND: ").append(line).append('\n'));
    }
    return text.append(body(undo ? down : up)).toString();
  }

  /** One change set with its rollback, for Liquibase. */
  public LiquibaseFile liquibase(String id, String from, String to) {
    return new LiquibaseFile(id, from + " -> " + to, up, down, false, true);
  }

  private static String body(List<String> statements) {
    StringBuilder text = new StringBuilder();
    statements.forEach(statement -> text.append(statement).append(";\n"));
    return text.toString();
  }
}
