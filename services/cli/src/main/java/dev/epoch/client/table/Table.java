package dev.epoch.client.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A registered table.
 *
 * @param location null where the server does not say
 * @param recordCount null where the server does not say
 * @param conflictRules names of rules for its fields, by column
 */
public record Table(
    String name,
    String location,
    List<String> primaryKey,
    Long recordCount,
    List<Column> columns,
    Map<String, String> conflictRules,
    JsonNode json)
    implements Received {

  /** A column and its type as the backend names it. */
  public record Column(String name, String type, boolean nullable, JsonNode json) {

    static Column of(JsonNode json) {
      String type = Json.text(json, "type");
      return new Column(
          json.path("name").asText(),
          type == null ? json.path("data_type").asText() : type,
          json.path("nullable").asBoolean(true),
          json);
    }
  }

  static Table of(JsonNode json) {
    if (json.isTextual()) {
      return new Table(json.asText(), null, List.of(), null, List.of(), Map.of(), json);
    }
    JsonNode count = json.path("record_count");
    return new Table(
        json.path("name").asText(),
        Json.text(json, "location"),
        primaryKey(json),
        count.isNumber() ? count.asLong() : null,
        columns(json.path("schema")),
        rules(json.path("conflict_rules")),
        json);
  }

  private static Map<String, String> rules(JsonNode json) {
    Map<String, String> rules = new LinkedHashMap<>();
    json.properties()
        .forEach(rule -> {
          if (rule.getValue().path("strategy").isTextual()) {
            rules.put(rule.getKey(), rule.getValue().path("strategy").asText());
          }
        });
    return rules;
  }

  static List<Column> columns(JsonNode schema) {
    return Json.items(schema, "columns").stream().map(Column::of).toList();
  }

  private static List<String> primaryKey(JsonNode json) {
    JsonNode key = json.path("primary_key");
    if (key.isTextual()) {
      return List.of(key.asText());
    }
    return Json.items(key, "columns").stream().map(JsonNode::asText).toList();
  }

  /** All tables, as one answer. */
  public record Listing(List<Table> tables, JsonNode json) implements Received {

    static Listing of(JsonNode json) {
      return new Listing(Json.items(json, "tables").stream().map(Table::of).toList(), json);
    }
  }

  /**
   * How far the registration of a table has come.
   *
   * @param rowsTotal null as long as it is not known
   */
  public record Registration(String state, long rowsDone, Long rowsTotal) {

    static Registration of(JsonNode json) {
      JsonNode total = json.path("rows_total");
      return new Registration(
          json.path("state").asText(),
          json.path("rows_done").asLong(),
          total.isNumber() ? total.asLong() : null);
    }
  }
}
