package dev.epoch.api.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.api.rows.RecordKeys;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.merge.schema.SchemaConflicts;
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
  private static final Set<String> SIDES = Set.of("ours", "theirs", "base");
  private static final Set<String> VALUES = Set.of("value", "custom");
  private static final String DELETE = "delete";
  private static final String UNION = "union";
  private static final String LEARNT = "learnt";

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
    boolean isValue = VALUES.contains(request.resolution());
    boolean isDelete = DELETE.equals(request.resolution());
    boolean isUnion = UNION.equals(request.resolution());
    if (!isLearnt(request)
        && !isValue
        && !isDelete
        && !isUnion
        && !SIDES.contains(request.resolution())) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "enum",
              "resolution",
              "Should be ours, theirs, base, value, delete, union, custom or learnt"));
    }
    if (isUnion && (request.constraint() == null || request.key() != null)) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "missing", "constraint", "A union is of a part of the schema: give its name"));
    }
    if (isValue && request.value() == null) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "missing", "value", "The resolution " + request.resolution() + " needs one"));
    }
    if (!isValue && request.value() != null) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error", "value", "Only the resolutions value and custom take one"));
    }
    if (isDelete && request.field() != null) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error", "field", "A record is deleted as a whole; for NULL give value: null"));
    }
    return request.key() != null || isValue && !isDefinition(request);
  }

  /** Whether it asks for what was decided before. */
  public static boolean isLearnt(ResolveConflicts request) {
    return LEARNT.equals(request.resolution());
  }

  /** Whether it says what a part of the schema is to be. */
  private static boolean isDefinition(ResolveConflicts request) {
    return VALUES.contains(request.resolution())
        && request.value() != null
        && request.value().isTextual()
        && request.constraint() != null
        && request.field() == null
        && request.key() == null;
  }

  /** A decision for which the table does not matter. */
  public static ResolveConflictsV1 plain(ResolveConflicts request, String branch) {
    Map<String, String> texts =
        isDefinition(request)
            ? Map.of(SchemaConflicts.DEFINITION, request.value().textValue())
            : UNION.equals(request.resolution())
                ? Map.of(SchemaConflicts.UNION, "of both")
                : Map.of();
    return command(request, branch, request.table(), List.of(), texts, List.of());
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
    if (value != null && request.field() != null) {
      put(request.field(), value, texts, nulls);
    } else if (value != null) {
      requireColumns(request, value);
      value.properties().forEach(field -> put(field.getKey(), field.getValue(), texts, nulls));
    }
    return command(request, branch, table, key, texts, nulls);
  }

  private static void requireColumns(ResolveConflicts request, JsonNode value) {
    if (value.isObject() && !value.isEmpty()) {
      return;
    }
    String problem =
        value.isNull()
            ? "Name the field that becomes NULL; to delete the record, give resolution delete"
            : "Without a field, should be an object of columns";
    throw new InvalidRequestException(FieldProblem.body("type_error", "value", problem));
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
      List<String> nulls) {
    boolean isDelete = DELETE.equals(request.resolution());
    return new ResolveConflictsV1(
        branch,
        table,
        key,
        request.field(),
        request.constraint(),
        SIDES.contains(request.resolution()) ? request.resolution() : "value",
        texts,
        nulls,
        isDelete,
        0,
        0);
  }
}
