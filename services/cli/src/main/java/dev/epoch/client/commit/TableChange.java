package dev.epoch.client.commit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import java.util.List;
import java.util.Objects;

/**
 * What changed in one table.
 *
 * @param kind whether the table itself came or went
 * @param schemaChanges what changed in its schema, a line each; empty where it is not told
 */
public record TableChange(
    String table,
    long inserted,
    long updated,
    long deleted,
    boolean schemaChanged,
    Kind kind,
    List<String> schemaChanges) {

  /** What happened to a table as a whole. */
  public enum Kind {
    ADDED,
    MODIFIED,
    REMOVED
  }

  /** Checks that the table is named. */
  public TableChange {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(kind, "kind");
  }

  static TableChange of(JsonNode json) {
    return new TableChange(
        json.path("table").asText(),
        json.path("inserted").asLong(),
        json.path("updated").asLong(),
        json.path("deleted").asLong(),
        json.path("schema_changed").asBoolean(false),
        switch (json.path("change_type").asText()) {
          case "added" -> Kind.ADDED;
          case "removed" -> Kind.REMOVED;
          case String ignored -> Kind.MODIFIED;
        },
        Json.items(json, "schema_changes").stream().map(JsonNode::asText).toList());
  }

  public static List<TableChange> list(JsonNode json, String field) {
    return Json.items(json.path(field), field).stream().map(TableChange::of).toList();
  }

  /** Records changed in any way. */
  public long records() {
    return inserted + updated + deleted;
  }
}
