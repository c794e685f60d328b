package dev.epoch.projections.history;

import io.vertx.core.json.JsonObject;

/**
 * How a commit changed a table against its first parent, in records.
 *
 * @param type {@code added}, {@code modified} or {@code removed}
 */
public record TableChange(
    String table, long inserted, long updated, long deleted, boolean schemaChanged, String type) {

  JsonObject toJson() {
    return new JsonObject()
        .put("table", table)
        .put("inserted", inserted)
        .put("updated", updated)
        .put("deleted", deleted)
        .put("schema_changed", schemaChanged)
        .put("type", type);
  }

  static TableChange of(JsonObject json) {
    return new TableChange(
        json.getString("table"),
        json.getLong("inserted"),
        json.getLong("updated"),
        json.getLong("deleted"),
        json.getBoolean("schema_changed"),
        json.getString("type"));
  }
}
