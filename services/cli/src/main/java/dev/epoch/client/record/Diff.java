package dev.epoch.client.record;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.commit.TableChange;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.List;

/**
 * Differences between two states, table by table.
 *
 * @param schemaOnly the branch without versioned rows for which schemas alone are compared, or null
 */
public record Diff(List<TableChange> tables, String schemaOnly, JsonNode json) implements Received {

  static Diff of(JsonNode json) {
    return new Diff(TableChange.list(json, "tables"), Json.text(json, "schema_only"), json);
  }

  /** What happened to a record. */
  public enum Type {
    INSERT,
    UPDATE,
    DELETE;

    static Type of(String wire) {
      return switch (wire) {
        case "insert", "inserted", "added" -> INSERT;
        case "delete", "deleted", "removed" -> DELETE;
        case String ignored -> UPDATE;
      };
    }

    /** The name in requests and answers. */
    public String wire() {
      return switch (this) {
        case INSERT -> "insert";
        case UPDATE -> "update";
        case DELETE -> "delete";
      };
    }
  }

  /**
   * What happened to one record.
   *
   * @param key primary key column to value
   * @param before the missing node for an insert
   * @param after the missing node for a delete
   * @param fields names of the columns that differ
   */
  public record RecordChange(
      Type type, JsonNode key, JsonNode before, JsonNode after, List<String> fields, JsonNode json)
      implements Received {

    static RecordChange of(JsonNode json) {
      return new RecordChange(
          Type.of(json.path("type").asText()),
          json.path("key"),
          json.path("before"),
          json.path("after"),
          Json.items(json.path("fields"), "fields").stream().map(JsonNode::asText).toList(),
          json);
    }
  }

  /**
   * One page of changed records.
   *
   * @param next where the following page starts, or null at the end
   */
  public record RecordPage(
      List<RecordChange> changes, String next, List<String> lost, JsonNode json)
      implements Received {

    static RecordPage of(JsonNode json) {
      return new RecordPage(
          Json.items(json, "changes").stream().map(RecordChange::of).toList(),
          Json.text(json, "next"),
          Json.items(json, "lost").stream().map(JsonNode::asText).toList(),
          json);
    }
  }

  /**
   * A change of a table's schema.
   *
   * @param changeType added, removed or modified
   * @param objectType column, constraint, index, ...
   */
  public record SchemaChange(
      String changeType, String objectType, String objectName, String table, JsonNode details) {

    static SchemaChange of(JsonNode json) {
      return new SchemaChange(
          json.path("change_type").asText(),
          json.path("object_type").asText(),
          json.path("object_name").asText(),
          json.path("table").asText(),
          json.path("details"));
    }
  }
}
