package dev.epoch.gateway.surface;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.merge.conflict.ConflictService;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.table.TableService;
import dev.epoch.storage.ValueCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A decision about conflicts, from what a session gave to the command of the log. */
final class SessionDecision {
  private static final Set<String> SIDES = Set.of("ours", "theirs", "base");
  private static final Set<String> VALUES = Set.of("value", "custom");
  private static final String DELETE = "delete";

  private final TableSchema schema;
  private final ValueCodec values;
  private final Map<String, String> texts = new HashMap<>();
  private final List<String> nulls = new ArrayList<>();

  private SessionDecision(TableSchema schema, ValueCodec values) {
    this.schema = schema;
    this.values = values;
  }

  static ResolveConflictsV1 of(
      VersioningServer server, RepositoryState state, ObjectNode given, String branch) {
    String resolution = given.path("resolution").asText("");
    boolean isValue = VALUES.contains(resolution);
    if (!isValue && !DELETE.equals(resolution) && !SIDES.contains(resolution)) {
      throw refused("The resolution should be ours, theirs, base, value, delete or custom");
    }
    if (isValue != given.has("value")) {
      throw refused("A value goes with the resolutions value and custom, and with no other");
    }
    String table = given.path("table").textValue();
    String field = given.path("field").textValue();
    if (table == null && (isValue || given.has("key"))) {
      throw refused("A key or value needs its table");
    }
    List<String> key = List.of();
    SessionDecision decision = new SessionDecision(null, null);
    if (isValue || given.has("key")) {
      RegisteredTable registered = TableService.get(state, table);
      decision =
          new SessionDecision(
              ConflictService.schema(state, References.branch(state, branch), registered),
              server.reads().values(state, Backends.handle(state, registered)));
      if (given.has("key")) {
        key = decision.key(given.get("key"));
      }
      if (isValue) {
        decision.values(field, given.get("value").get(0));
      }
    }
    return new ResolveConflictsV1(
        branch,
        table,
        key,
        field,
        given.path("constraint").textValue(),
        SIDES.contains(resolution) ? resolution : "value",
        decision.texts,
        decision.nulls,
        DELETE.equals(resolution),
        0,
        0);
  }

  /** One value, an array in key order, or an object by column. */
  private List<String> key(JsonNode key) {
    List<String> columns = schema.primaryKey();
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      JsonNode part =
          key.isObject()
              ? key.get(columns.get(i))
              : key.isArray() ? key.get(i) : columns.size() == 1 ? key : null;
      if (part == null || part.isNull()) {
        throw refused("The key has the columns " + columns + ", and " + key + " was given");
      }
      parts.add(values.toText(schema.column(columns.get(i)).orElseThrow().type(), part));
    }
    if (key.size() > columns.size()) {
      throw refused("The key has the columns " + columns + ", and " + key + " was given");
    }
    return parts;
  }

  private void values(String field, JsonNode value) {
    if (field != null) {
      put(field, value);
    } else if (value.isObject() && !value.isEmpty()) {
      value.properties().forEach(entry -> put(entry.getKey(), entry.getValue()));
    } else {
      throw refused("Without a field, the value should be an object of columns");
    }
  }

  /** A field is a column, or a column and a pointer into its document. */
  private void put(String field, JsonNode value) {
    String text =
        schema
            .column(field)
            .map(Column::type)
            .map(type -> value.isNull() ? "" : values.toText(type, value))
            .orElseGet(() -> inDocument(field, value));
    if (value.isNull() && schema.column(field).isPresent()) {
      nulls.add(field);
    } else {
      texts.put(field, text);
    }
  }

  private String inDocument(String field, JsonNode value) {
    if (schema.columns().stream().noneMatch(column -> field.startsWith(column.name() + "/"))) {
      throw refused(
          "There is no column '"
              + field
              + "'; there are "
              + schema.columns().stream().map(Column::name).toList());
    }
    return value.toString();
  }

  private static RefusedException refused(String message) {
    return new RefusedException(
        Code.VALIDATION, message, Map.of("remedy", "SELECT * FROM epoch.conflicts()"));
  }
}
