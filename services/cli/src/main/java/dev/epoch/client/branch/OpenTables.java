package dev.epoch.client.branch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Received;
import java.util.ArrayList;
import java.util.List;

/**
 * How the tables of a branch stand for sessions of the database.
 *
 * @param uncheckedReferences foreign keys that only merges check
 * @param places files of the branch, where its tables are not in the database itself
 */
public record OpenTables(
    List<Table> tables, List<String> uncheckedReferences, List<String> places, JsonNode json)
    implements Received {

  /**
   * One of them.
   *
   * @param reason why it cannot be open, or null
   * @param rows estimated
   * @param bytes on disk, with indexes
   */
  public record Table(String name, boolean open, String reason, long rows, long bytes) {}

  /** Names of the open ones. */
  public List<String> open() {
    return tables.stream().filter(Table::open).map(Table::name).toList();
  }

  static OpenTables of(JsonNode json) {
    List<Table> tables = new ArrayList<>();
    for (JsonNode table : json.path("tables")) {
      tables.add(
          new Table(
              table.path("table").asText(),
              table.path("open").asBoolean(),
              table.path("reason").textValue(),
              table.path("rows").asLong(),
              table.path("bytes").asLong()));
    }
    List<String> unchecked = new ArrayList<>();
    json.path("unchecked_references").forEach(reference -> unchecked.add(reference.asText()));
    List<String> places = new ArrayList<>();
    json.path("places").forEach(place -> places.add(place.asText()));
    return new OpenTables(List.copyOf(tables), List.copyOf(unchecked), List.copyOf(places), json);
  }
}
