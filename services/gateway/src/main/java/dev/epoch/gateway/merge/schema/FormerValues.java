package dev.epoch.gateway.merge.schema;

import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.value.RetypedValue;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.state.StateReader;
import dev.epoch.storage.state.TableState;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Values of rows that one side has added, in columns to which the other side has given another
 * type: to Epoch that is another column of the same name.
 *
 * @param table as the side has it that added the rows
 * @param merged schema of the merged rows
 * @param columns of that side, by their places in the merged schema
 */
public record FormerValues(TableHandle table, TableSchema merged, Map<Integer, Column> columns) {
  /**
   * @param side schema of the side that may have added rows
   * @param base what both sides began with
   */
  public static FormerValues of(
      TableHandle table, TableSchema side, TableSchema base, TableSchema merged) {
    Map<Integer, Column> columns = new LinkedHashMap<>();
    for (int i = 0; i < merged.columns().size(); i++) {
      Column column = merged.columns().get(i);
      if (!column.generated() && !has(side, column) && !has(base, column)) {
        int place = i;
        side.column(column.name())
            .filter(former -> !former.generated() && has(base, former) && !has(merged, former))
            .ifPresent(former -> columns.put(place, former));
      }
    }
    return new FormerValues(table.with(side), merged, columns);
  }

  private static boolean has(TableSchema schema, Column column) {
    return schema.columns().stream().anyMatch(there -> there.id().equals(column.id()));
  }

  /**
   * The row with the values that the side gave it.
   *
   * @param row of the side alone, by the merged schema
   * @throws RefusedException if a value is none of the other type without being converted
   */
  public Row given(Row row, RowKey key, StateReader reader, TableState state) {
    if (columns.isEmpty()) {
      return row;
    }
    Row former = reader.row(table, state, key).orElse(null);
    if (former == null) {
      return row;
    }
    Row given = row;
    for (Map.Entry<Integer, Column> each : columns.entrySet()) {
      String text = former.get(table.schema().indexOf(each.getValue().name()));
      given =
          given.with(
              each.getKey(),
              text == null ? null : retyped(key, each.getValue(), each.getKey(), text));
    }
    return given;
  }

  private String retyped(RowKey key, Column former, int place, String text) {
    Column column = merged.columns().get(place);
    return RetypedValue.of(former.type(), column.type(), text)
        .orElseThrow(() ->
            new RefusedException(
                Code.SCHEMA_CHANGED,
                "Row %s of '%s', which one side added, has '%s' in column '%s': the other side has given that the type %s"
                    .formatted(key, table.name(), text, column.name(), column.type().name()),
                Map.of(
                    "table",
                    table.name(),
                    "column",
                    column.name(),
                    "remedy",
                    "Give the column that type on this side too, commit, and merge again")));
  }
}
