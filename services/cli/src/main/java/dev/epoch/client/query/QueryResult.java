package dev.epoch.client.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.List;

/**
 * Rows that a query found.
 *
 * @param rows one array of values per row, in the order of the columns
 * @param truncated whether there are more rows than were asked for
 * @param next where the next page begins, null at the end and without pages
 * @param lost columns, as table.column, whose values are not known any more
 */
public record QueryResult(
    List<Column> columns,
    List<JsonNode> rows,
    boolean truncated,
    String next,
    List<String> lost,
    JsonNode json)
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
        Json.text(json, "next"),
        Json.items(json.path("lost"), "lost").stream().map(JsonNode::asText).toList(),
        json);
  }
}
