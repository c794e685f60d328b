package dev.epoch.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A conflict of an open merge: a record, or a constraint.
 *
 * @param key primary key of the record; the missing node for a constraint
 * @param type such as {@code modify/modify} or {@code modify/delete}
 * @param constraint name of the constraint, or null for a record
 */
public record Conflict(
    String id,
    String table,
    JsonNode key,
    String type,
    List<Field> fields,
    String constraint,
    boolean resolved,
    JsonNode json)
    implements Received {

  static Conflict of(JsonNode json) {
    JsonNode constraint = json.path("constraint");
    return new Conflict(
        json.path("id").asText(),
        json.path("table").asText(),
        json.path("key"),
        json.path("type").asText(),
        fields(json.path("fields"), constraint),
        constraint.isObject() ? Json.text(constraint, "name") : Json.text(json, "constraint"),
        json.path("resolved").asBoolean(false),
        json);
  }

  private static List<Field> fields(JsonNode fields, JsonNode constraint) {
    if (fields.isEmpty() && constraint.has("ours")) {
      return List.of(Field.of(constraint));
    }
    return Json.items(fields, "fields").stream().map(Field::of).toList();
  }

  /** A column, or the definition of a constraint, in the three states. */
  public record Field(
      String name, JsonNode base, JsonNode ours, JsonNode theirs, boolean resolved) {

    static Field of(JsonNode json) {
      return new Field(
          json.path("name").asText(),
          json.path("base"),
          json.path("ours"),
          json.path("theirs"),
          json.path("resolved").asBoolean(false));
    }
  }

  /** How many decisions are still open: one for each field, one where there are no fields. */
  public long open() {
    if (resolved) {
      return 0;
    }
    return fields.isEmpty() ? 1 : fields.stream().filter(field -> !field.resolved()).count();
  }

  /**
   * One page of conflicts.
   *
   * @param next where the following page starts, or null at the end
   */
  public record Page(
      List<Conflict> conflicts, long total, long unresolved, String next, JsonNode json)
      implements Received {

    static Page of(JsonNode json) {
      List<Conflict> conflicts = Json.items(json, "conflicts").stream().map(Conflict::of).toList();
      return new Page(
          conflicts,
          json.path("total").asLong(conflicts.size()),
          json.path("unresolved").asLong(conflicts.size()),
          Json.text(json, "next"),
          json);
    }
  }
}
