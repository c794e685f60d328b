package dev.epoch.gateway.operation;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.LookaheadStream;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Changes of a table that gets columns again. Rows of before have none of the values that databases
 * keep for these columns, but what rows begin with there; so rows that nobody wrote, and that have
 * such a value now, have changed. First the other changes in their order, then those.
 */
final class ReturnedValues extends LookaheadStream<RowChange> {
  private final RowStream<RowChange> changes;
  private final Supplier<RowStream<Row>> after;
  private final TableSchema schema;
  private final int[] key;
  private final int[] places;
  private final Set<RowKey> seen = new HashSet<>();
  private RowStream<Row> rows;

  /**
   * @param changes as they are read, closed with this; their keys are kept in memory
   * @param after rows as they are now, all that may have such values
   * @param schema of the rows
   * @param former the schema that the table had
   */
  ReturnedValues(
      RowStream<RowChange> changes,
      Supplier<RowStream<Row>> after,
      TableSchema schema,
      TableSchema former) {
    this.changes = changes;
    this.after = after;
    this.schema = schema;
    this.key = schema.primaryKey().stream().mapToInt(schema::indexOf).toArray();
    Set<String> had = former.columns().stream().map(Column::id).collect(Collectors.toSet());
    this.places =
        IntStream.range(0, schema.columns().size())
            .filter(place -> {
              Column column = schema.columns().get(place);
              return !had.contains(column.id()) && !column.generated();
            })
            .toArray();
  }

  private Row begun(Row row) {
    Row begun = row;
    if (row != null) {
      for (int place : places) {
        String initial = schema.columns().get(place).initialDefault();
        if (!Objects.equals(initial, begun.get(place))) {
          begun = begun.with(place, initial);
        }
      }
    }
    return begun;
  }

  @Override
  protected RowChange seek() {
    while (rows == null && changes.hasNext()) {
      RowChange read = changes.next();
      seen.add(read.key());
      RowChange change = changed(read.key(), begun(read.before()), read.after());
      if (change != null) {
        return change;
      }
    }
    if (rows == null) {
      changes.close();
      rows = after.get();
    }
    while (rows.hasNext()) {
      Row row = rows.next();
      RowKey of = row.key(key);
      RowChange change = seen.contains(of) ? null : changed(of, begun(row), row);
      if (change != null) {
        return change;
      }
    }
    return null;
  }

  private static RowChange changed(RowKey key, Row before, Row after) {
    return Objects.equals(before, after) ? null : new RowChange(key, before, after);
  }

  @Override
  public void close() {
    if (rows == null) {
      changes.close();
    } else {
      rows.close();
    }
  }
}
