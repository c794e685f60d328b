package dev.epoch.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Rows that a query found.
 *
 * @param rows one array of values per row, in the order of the columns
 * @param truncated whether there are more rows than were asked for
 */
public record QueryResult(
    List<Column> columns, List<JsonNode> rows, boolean truncated, JsonNode json)
    implements Received {

  /** A column of the result. */
  public record Column(String name, String type) {}

  static QueryResult of(JsonNode json) {
    return new QueryResult(
        Json.items(json.path("columns"), "columns").stream()
            .map(column -> new Column(column.path("name").asText(), column.path("type").asText()))
            .toList(),
        Json.items(json.path("rows"), "rows"),
        json.path("truncated").asBoolean(false),
        json);
  }
}
