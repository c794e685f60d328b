package dev.epoch.api.record;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.api.request.ResolveConflicts;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.ValueCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A decision about conflicts, from the words of a request to the command of the log. */
public final class ConflictResolution {
  private static final Set<String> RESOLUTIONS = Set.of("ours", "theirs", "base", "value");

  private final TableSchema schema;
  private final ValueCodec values;

  /**
   * @param schema of the table that the decision is about
   */
  public ConflictResolution(TableSchema schema, ValueCodec values) {
    this.schema = schema;
    this.values = values;
  }

  /** Whether the table must be known to understand the request. */
  public static boolean needsTable(ResolveConflicts request) {
    if (!RESOLUTIONS.contains(request.resolution())) {
      throw new InvalidRequestException(
          FieldProblem.body("enum", "resolution", "Should be ours, theirs, base or value"));
    }
    boolean isValue = request.resolution().equals("value");
    if (isValue && request.value() == null) {
      throw new InvalidRequestException(
          FieldProblem.body("missing", "value", "The resolution value needs one"));
    }
    if (!isValue && request.value() != null) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "value", "Only the resolution value takes one"));
    }
    return request.key() != null || isValue;
  }

  /** A decision for which the table does not matter. */
  public static ResolveConflictsV1 plain(ResolveConflicts request, String branch) {
    return command(request, branch, request.table(), List.of(), Map.of(), List.of(), false);
  }

  /**
   * @param table that it is about
   */
  public ResolveConflictsV1 of(ResolveConflicts request, String branch, String table) {
    List<String> key = List.of();
    if (request.key() != null) {
      RowKey rowKey = new RecordKeys(schema, values).fromJson(request.key());
      key = rowKey.values();
    }
    Map<String, String> texts = new HashMap<>();
    List<String> nulls = new ArrayList<>();
    JsonNode value = request.value();
    boolean deleteRow = false;
    if (value != null && request.field() != null) {
      put(request.field(), value, texts, nulls);
    } else if (value != null && value.isNull()) {
      deleteRow = true;
    } else if (value != null) {
      if (!value.isObject()) {
        throw new InvalidRequestException(
            FieldProblem.body(
                "type_error", "value", "Without a field, should be an object of columns, or null"));
      }
      value.properties().forEach(field -> put(field.getKey(), field.getValue(), texts, nulls));
    }
    return command(request, branch, table, key, texts, nulls, deleteRow);
  }

  private void put(String field, JsonNode value, Map<String, String> texts, List<String> nulls) {
    String text = text(field, value);
    if (text == null) {
      nulls.add(field);
    } else {
      texts.put(field, text);
    }
  }

  /** A field is a column, or a column and a pointer into its document: then JSON is meant. */
  private String text(String field, JsonNode value) {
    Optional<Column> whole = schema.column(field);
    if (whole.isPresent()) {
      return values.toText(whole.get().type(), value);
    }
    if (schema.columns().stream().noneMatch(column -> field.startsWith(column.name() + "/"))) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error",
              "field",
              "There is no column '"
                  + field
                  + "'; there are "
                  + schema.columns().stream().map(Column::name).toList()));
    }
    return ApiJson.text(value);
  }

  private static ResolveConflictsV1 command(
      ResolveConflicts request,
      String branch,
      String table,
      List<String> key,
      Map<String, String> texts,
      List<String> nulls,
      boolean deleteRow) {
    return new ResolveConflictsV1(
        branch,
        table,
        key,
        request.field(),
        request.constraint(),
        request.resolution(),
        texts,
        nulls,
        deleteRow,
        0,
        0);
  }
}
