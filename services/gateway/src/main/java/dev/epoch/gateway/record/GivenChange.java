package dev.epoch.gateway.record;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.model.row.RowChange;
import java.util.Map;
import java.util.Objects;

/**
 * A change that a diff tells of.
 *
 * @param table name
 * @param kind what happened to the record
 * @param key key columns and their values, or null: those of the record
 * @param before columns and their values, or null
 * @param after columns and their values, or null
 */
public record GivenChange(
    String table,
    RowChange.Kind kind,
    Map<String, JsonNode> key,
    Map<String, JsonNode> before,
    Map<String, JsonNode> after) {
  public GivenChange {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(kind, "kind");
  }
}
