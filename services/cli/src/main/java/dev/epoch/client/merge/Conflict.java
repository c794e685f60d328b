package dev.epoch.client.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.List;

/**
 * A conflict of an open merge: about a record, or about the definition of a constraint.
 *
 * @param key primary key of the record; no value where it is about a definition
 * @param type such as {@code modify_modify} or {@code modify_delete}: what the branch that is
 *     merged (theirs) has done, then what the branch that is merged into (ours) has done
 * @param constraint the constraint that the record breaks or whose definition it is, or null
 * @param learnt how the same conflict was decided before, as a whole; else null
 */
public record Conflict(
    String id,
    String table,
    JsonNode key,
    String type,
    List<Field> fields,
    String constraint,
    boolean resolved,
    Learnt learnt,
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
        Learnt.of(json.path("learnt")),
        json);
  }

  private static List<Field> fields(JsonNode fields, JsonNode constraint) {
    if (fields.isEmpty() && constraint.has("ours")) {
      return List.of(Field.of(constraint));
    }
    return Json.items(fields, "fields").stream().map(Field::of).toList();
  }

  /**
   * A column, or the definition of a constraint, in the three states.
   *
   * @param rule that would settle such conflicts, as a configuration names it; null if none is
   *     known
   */
  public record Field(
      String name,
      JsonNode base,
      JsonNode ours,
      JsonNode theirs,
      boolean resolved,
      Learnt learnt,
      String rule) {

    static Field of(JsonNode json) {
      return new Field(
          json.path("name").asText(),
          json.path("base"),
          json.path("ours"),
          json.path("theirs"),
          json.path("resolved").asBoolean(false),
          Learnt.of(json.path("learnt")),
          rule(json.path("rule")));
    }

    private static String rule(JsonNode json) {
      String strategy = Json.text(json, "strategy");
      String by = Json.text(json, "timestamp_field");
      return by == null ? strategy : strategy + " by " + by;
    }
  }

  /**
   * How the same conflict was decided before.
   *
   * @param value what comes of it, or no value
   */
  public record Learnt(String resolution, JsonNode value) {
    static Learnt of(JsonNode json) {
      return json.isObject()
          ? new Learnt(json.path("resolution").asText(), json.path("value"))
          : null;
    }
  }

  /** Whether it is about the definition of a constraint, not about a record. */
  public boolean aboutDefinition() {
    return constraint != null && (key.isMissingNode() || key.isNull());
  }

  /** Whether the branch that is merged into has deleted the record. */
  public boolean deletedByOurs() {
    return type.endsWith("delete");
  }

  /** Whether the branch that is merged has deleted the record. */
  public boolean deletedByTheirs() {
    return type.startsWith("delete");
  }

  /** Whether it is decided as a whole, not field by field. */
  public boolean indivisible() {
    return fields.isEmpty() || deletedByOurs() || deletedByTheirs() || constraint != null;
  }

  /** How many decisions are still open. */
  public long open() {
    if (resolved) {
      return 0;
    }
    return indivisible() ? 1 : fields.stream().filter(field -> !field.resolved()).count();
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
