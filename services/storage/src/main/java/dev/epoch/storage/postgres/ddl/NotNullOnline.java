package dev.epoch.storage.postgres.ddl;

import dev.epoch.model.schema.migration.Hazard;
import dev.epoch.model.schema.migration.Risk;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.migration.Step;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.List;

/** A column that has to have a value from now on, beside writers. */
final class NotNullOnline {
  private NotNullOnline() {}

  /** A checked constraint tells PostgreSQL that no row has a null, so that it need not look. */
  static List<Statement> statements(TableDefinition table, String column, Step step) {
    String check = Names.quote(column + "__not_null");
    String alter = "ALTER TABLE " + Names.of(table.name()) + " ";
    String name = Names.quote(column);
    Hazard hazard =
        new Hazard(
            Hazard.Kind.MAY_FAIL,
            Risk.MEDIUM,
            "SET NOT NULL",
            table.name() + "." + column,
            "rows may have nulls");
    return List.of(
        new Statement(
            alter + "ADD CONSTRAINT " + check + " CHECK (" + name + " IS NOT NULL) NOT VALID",
            step,
            table.id(),
            column,
            false,
            List.of()),
        new Statement(
            alter + "VALIDATE CONSTRAINT " + check,
            step,
            table.id(),
            column,
            false,
            List.of(hazard)),
        new Statement(
            alter + "ALTER COLUMN " + name + " SET NOT NULL",
            step,
            table.id(),
            column,
            false,
            List.of()),
        new Statement(
            alter + "DROP CONSTRAINT " + check, step, table.id(), column, false, List.of()));
  }
}
