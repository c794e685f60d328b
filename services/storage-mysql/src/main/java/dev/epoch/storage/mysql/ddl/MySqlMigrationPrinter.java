package dev.epoch.storage.mysql.ddl;

import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.tool.DialectMigration;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.storage.schema.MigrationPrinter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/** Migrations in the dialect of MySQL 8. */
public final class MySqlMigrationPrinter implements MigrationPrinter {
  @Override
  public String dialect() {
    return "mysql";
  }

  @Override
  public DialectMigration print(
      SchemaDifference difference, DatabaseSchema before, DatabaseSchema after) {
    SequencedSet<String> unsupported = new LinkedHashSet<>();
    List<String> up = new MySqlPlanner(difference, after, unsupported).statements();
    List<String> down =
        new MySqlPlanner(difference.back(before, after), before, new LinkedHashSet<>())
            .statements();
    return new DialectMigration("MySQL", up, down, List.copyOf(unsupported), List.of());
  }
}
