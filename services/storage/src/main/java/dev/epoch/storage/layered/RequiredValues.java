package dev.epoch.storage.layered;

import dev.epoch.events.table.Column;
import dev.epoch.model.row.RowChange;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.ConstraintViolationsException.Violation;
import java.util.ArrayList;
import java.util.List;

/** Columns that must not be null, where no table of the database looks at them. */
final class RequiredValues {
  private RequiredValues() {}

  /**
   * @throws ConstraintViolationsException if a row lacks a value
   */
  static void check(TableHandle table, List<RowChange> changes) {
    List<Violation> violations = new ArrayList<>();
    List<Column> columns = table.schema().columns();
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).nullable() || columns.get(i).generated()) {
        continue;
      }
      String name = columns.get(i).name();
      for (RowChange change : changes) {
        if (change.after() != null && change.after().get(i) == null) {
          violations.add(new Violation(table.id(), change.key(), name, name + " must not be null"));
        }
      }
    }
    if (!violations.isEmpty()) {
      throw new ConstraintViolationsException(violations);
    }
  }
}
