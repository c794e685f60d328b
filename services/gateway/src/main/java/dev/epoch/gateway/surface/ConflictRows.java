package dev.epoch.gateway.surface;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.Column;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.merge.conflict.ConflictService;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.storage.ValueCodec;
import java.util.List;
import java.util.function.Function;

/** Conflicts of open merges as rows of {@code epoch.open_conflicts}. */
final class ConflictRows {
  /** Of each merge; all of them are in REST and in the command line. */
  private static final int MOST = 1_000;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final VersioningServer server;

  ConflictRows(VersioningServer server) {
    this.server = server;
  }

  ArrayNode of(RepositoryState state) {
    ArrayNode rows = JSON.arrayNode();
    for (BranchState branch : state.branches().byId().values()) {
      if (branch.merge() != null) {
        ConflictService.Page page = server.conflicts().list(state, branch, null, null, MOST);
        int place = 0;
        for (ConflictService.Status status : page.conflicts()) {
          rows.add(
              row(state, status)
                  .put("branch", branch.name())
                  .put("source", branch.merge().source())
                  .put("place", ++place)
                  .put("total", page.total()));
        }
      }
    }
    return rows;
  }

  private ObjectNode row(RepositoryState state, ConflictService.Status status) {
    RowConflict conflict = status.conflict();
    RegisteredTable table = state.tables().byId().get(conflict.tableId());
    ValueCodec values = server.reads().values(state, Backends.handle(state, table));
    ObjectNode row = JSON.objectNode();
    row.put("conflict_id", conflict.id());
    boolean schema = conflict.type().isSchema();
    row.put(
        "conflict_type",
        conflict.type() == ConflictType.SCHEMA_DELETE_MODIFY
            ? ConflictType.DELETE_MODIFY.wireName()
            : conflict.type().wireName());
    row.put("object_type", schema ? "TABLE" : "ROW");
    row.put("object_name", conflict.tableName());
    row.put("constraint_name", conflict.constraint());
    ObjectNode key = row.putObject("key");
    List<String> columns = table.schema().primaryKey();
    for (int i = 0; !schema && i < columns.size(); i++) {
      key.set(columns.get(i), whole(table, values, columns.get(i), conflict.key().get(i)));
    }
    ArrayNode fields = row.putArray("fields");
    conflict.fields().forEach(field -> fields.add(field.label()));
    row.set("base_version", side(conflict, table, values, FieldConflict::base));
    row.set("target_version", side(conflict, table, values, FieldConflict::ours));
    row.set("source_version", side(conflict, table, values, FieldConflict::theirs));
    row.put("resolved", status.resolved());
    return row;
  }

  private static ObjectNode side(
      RowConflict conflict,
      RegisteredTable table,
      ValueCodec values,
      Function<FieldConflict, String> side) {
    ObjectNode fields = JSON.objectNode();
    for (FieldConflict field : conflict.fields()) {
      fields.set(field.label(), value(table, values, field, side.apply(field)));
    }
    return fields;
  }

  /** A part of a document is JSON text; a whole field is text of its column's type. */
  private static JsonNode value(
      RegisteredTable table, ValueCodec values, FieldConflict field, String text) {
    if (text == null) {
      return NullNode.instance;
    }
    if (field.path().isEmpty()) {
      return whole(table, values, field.name(), text);
    }
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException notJson) {
      return TextNode.valueOf(text);
    }
  }

  private static JsonNode whole(
      RegisteredTable table, ValueCodec values, String column, String text) {
    return table
        .schema()
        .column(column)
        .map(Column::type)
        .map(type -> values.toJson(type, text))
        .orElseGet(() -> TextNode.valueOf(text));
  }
}
