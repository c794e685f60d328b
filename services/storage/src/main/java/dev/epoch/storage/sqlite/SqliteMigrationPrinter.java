package dev.epoch.storage.sqlite;

import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.tool.DialectMigration;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.storage.schema.MigrationPrinter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * Migrations in the dialect of SQLite. What it cannot alter goes through a table that takes the
 * place of the former one, in one transaction (sqlite.org/lang_altertable.html, section 7).
 */
final class SqliteMigrationPrinter implements MigrationPrinter {
  @Override
  public String dialect() {
    return "sqlite";
  }

  @Override
  public DialectMigration print(
      SchemaDifference difference, DatabaseSchema before, DatabaseSchema after) {
    SequencedSet<String> byHand = new LinkedHashSet<>();
    SqliteMigrationPlanner up = new SqliteMigrationPlanner(difference, before, after, byHand);
    SqliteMigrationPlanner down =
        new SqliteMigrationPlanner(
            difference.back(before, after), after, before, new LinkedHashSet<>());
    List<String> upwards = up.statements();
    List<String> downwards = down.statements();
    List<String> remarks = new ArrayList<>();
    if (!upwards.isEmpty()) {
      remarks.add(
          "Each way is a transaction of its own: run it outside of any, and stop at the first"
              + " error (sqlite3 -bail; Flyway: executeInTransaction=false)");
      remarks.addAll(up.remarks());
    }
    return new DialectMigration("SQLite", upwards, downwards, List.copyOf(byHand), remarks);
  }
}
