package dev.epoch.storage.copy;

import dev.epoch.events.table.TableSchema;
import java.util.List;

/**
 * A table that is like another one.
 *
 * @param schema as this database has it
 * @param statement that makes it
 * @param nearest types that this database does not have, and what stands for them
 * @param leftOut parts of the other table that this one does not have
 */
public record MadeTable(
    TableSchema schema, String statement, List<NearestType> nearest, List<String> leftOut) {
  public MadeTable {
    nearest = List.copyOf(nearest);
    leftOut = List.copyOf(leftOut);
  }

  /** A type that another one stands for. */
  public record NearestType(String column, String type, String nearest) {}
}
