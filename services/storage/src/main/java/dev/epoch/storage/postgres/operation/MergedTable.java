package dev.epoch.storage.postgres.operation;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.operation.write.StagedTable;
import dev.epoch.storage.postgres.state.PhysicalState;
import java.util.List;

/**
 * A table that an operation merges rows into.
 *
 * @param table the table
 * @param staged the rows to write
 * @param before what the branch sees before they are written
 * @param defined whether the schema of the table is the branch's own: then it says which rules of
 *     the live table hold, and the live table does not
 */
record MergedTable(TableHandle table, StagedTable staged, PhysicalState before, boolean defined) {
  /** Whether a rule of the live table is one of this table, too. */
  boolean hasRule(String name, List<String> columns) {
    return hasColumns(columns)
        && (!defined
            || table.schema().constraints().stream().anyMatch(rule -> rule.name().equals(name))
            || table.schema().indexes().stream().anyMatch(rule -> rule.name().equals(name)));
  }

  /**
   * Whether null is refused in a column.
   *
   * @param column quoted where needed
   */
  boolean requires(String column) {
    return hasColumns(List.of(column))
        && (!defined
            || table.schema().columns().stream()
                .anyMatch(c -> !c.nullable() && isCalled(c.name(), column)));
  }

  /** Whether a branch has these columns of the live table: it may have dropped them. */
  boolean hasColumns(List<String> quoted) {
    return !(before instanceof PhysicalState.Overlaid)
        || quoted.stream()
            .allMatch(
                name -> table.schema().columns().stream().anyMatch(c -> isCalled(c.name(), name)));
  }

  private static boolean isCalled(String name, String quoted) {
    return quoted.equals(name) || quoted.equals(Quote.identifier(name));
  }
}
