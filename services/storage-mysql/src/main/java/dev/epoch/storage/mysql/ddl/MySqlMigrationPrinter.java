package dev.epoch.model.schema.migration.mysql;

import dev.epoch.model.schema.diff.ObjectChange;
import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.tool.DialectMigration;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;

/** Migrations in the dialect of MySQL 8. */
public final class MySqlMigration {
  private MySqlMigration() {}

  /**
   * Of all that differs between two schemas.
   *
   * @param difference of them, or a part of it
   */
  public static DialectMigration between(
      SchemaDifference difference, DatabaseSchema before, DatabaseSchema after) {
    SequencedSet<String> unsupported = new LinkedHashSet<>();
    List<String> up = new MySqlPlanner(difference, after, unsupported).statements();
    SortedMap<ObjectId, ObjectChange> back =
        new TreeMap<>(SchemaDifference.between(after, before).changes());
    back.keySet().retainAll(difference.changes().keySet());
    List<String> down =
        new MySqlPlanner(new SchemaDifference(back), before, new LinkedHashSet<>()).statements();
    return new DialectMigration("MySQL", up, down, List.copyOf(unsupported), List.of());
  }
}
