package dev.epoch.storage.layered;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.value.Values;

/** Whether rows of a schema are the same, as {@link Values#same} has it. */
final class SameRows {
  private final TableSchema schema;

  SameRows(TableSchema schema) {
    this.schema = schema;
  }

  /** Either may be null, for no row. */
  boolean differ(Row a, Row b) {
    if (a == null || b == null) {
      return a != b;
    }
    for (int i = 0; i < schema.columns().size(); i++) {
      if (!Values.same(schema.columns().get(i).type(), a.get(i), b.get(i))) {
        return true;
      }
    }
    return false;
  }
}
