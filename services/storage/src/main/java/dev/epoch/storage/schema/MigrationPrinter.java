package dev.epoch.storage.schema;

import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.tool.DialectMigration;
import dev.epoch.model.schema.object.DatabaseSchema;

/** Prints migrations in the dialect of one database. Needs no database. */
public interface MigrationPrinter {
  /** Name of the dialect, as users give it: {@code sqlite}. */
  String dialect();

  /**
   * Statements that make one schema the other, and those that bring it back.
   *
   * @param difference of the two, or a part of it
   */
  DialectMigration print(SchemaDifference difference, DatabaseSchema before, DatabaseSchema after);
}
