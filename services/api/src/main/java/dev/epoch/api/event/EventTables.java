package dev.epoch.api.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;

/** Names of the tables that an event is about, as far as its own record says. */
final class EventTables {
  private EventTables() {}

  static Set<String> of(String type, JsonNode data) {
    Set<String> names = new TreeSet<>();
    switch (type) {
      case "table-registered", "table-removed" -> names.add(data.path("name").asText());
      case "changes-staged", "changes-unstaged" ->
          data.path("tables").forEach(table -> names.add(table.asText()));
      case "commit-tables-recorded" -> addEntries(names, data);
      case "commit-created" -> {
        addEntries(names, data);
        data.path("removed_tables").forEach(table -> names.add(table.asText()));
      }
      case "merge-opened" -> data.path("conflicts").fieldNames().forEachRemaining(names::add);
      case "conflicts-resolved" -> {
        if (data.path("table").isTextual()) {
          names.add(data.path("table").asText());
        }
      }
      default -> {
        // other events are about no table
      }
    }
    return names;
  }

  private static void addEntries(Set<String> names, JsonNode data) {
    data.path("tables").forEach(entry -> names.add(entry.path("name").asText()));
  }
}
