package dev.epoch.api.rows;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.ValueCodec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Conditions on records as queries write them: {@code where=column:value}, any number of them. */
public final class RecordFilter {
  private static final String NULL = "null";

  private RecordFilter() {}

  /**
   * Canonical text by column; a null value stands for SQL NULL, which is written {@code null} for
   * columns that are no texts.
   */
  public static Map<String, String> of(
      List<String> conditions, TableSchema schema, ValueCodec values) {
    Map<String, String> texts = new HashMap<>();
    for (String condition : conditions == null ? List.<String>of() : conditions) {
      Column column = column(condition, schema);
      String value = condition.substring(column.name().length() + 1);
      boolean isNull =
          value.equals(NULL)
              && column.type().base().kind() != dev.epoch.events.table.DataType.Kind.TEXT;
      texts.put(
          column.name(), isNull ? null : values.toText(column.type(), TextNode.valueOf(value)));
    }
    return texts;
  }

  /** Names of columns may hold colons: the longest name that fits is meant. */
  private static Column column(String condition, TableSchema schema) {
    return schema.columns().stream()
        .filter(column -> condition.startsWith(column.name() + ":"))
        .max(java.util.Comparator.comparingInt(column -> column.name().length()))
        .orElseThrow(() ->
            new InvalidRequestException(
                FieldProblem.query(
                    "value_error",
                    "where",
                    "Should be column:value with one of the columns "
                        + schema.columns().stream().map(Column::name).toList())));
  }
}
