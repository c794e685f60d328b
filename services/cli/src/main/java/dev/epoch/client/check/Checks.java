package dev.epoch.client.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import dev.epoch.client.transport.Scope;
import java.util.List;
import java.util.Objects;

/** Queries that must return no rows in what commits and merges leave. */
public final class Checks {
  private static final String PATH = "checks";

  private final Scope scope;

  public Checks(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * A check.
   *
   * @param tables patterns; empty for any table
   * @param branches patterns; empty for all branches
   * @param on commit, merge, promotion
   */
  public record Check(
      String name,
      String sql,
      List<String> tables,
      List<String> branches,
      List<String> on,
      JsonNode json)
      implements Received {

    static Check of(JsonNode json) {
      return new Check(
          json.path("name").asText(),
          json.path("sql").asText(),
          texts(json, "tables"),
          texts(json, "branches"),
          texts(json, "on"),
          json);
    }
  }

  /** All checks, as one answer. */
  public record Listing(List<Check> checks, JsonNode json) implements Received {}

  /**
   * What a check finds.
   *
   * @param failure why it could not be run, or null
   */
  public record Result(
      String name,
      boolean passes,
      String failure,
      List<String> columns,
      List<JsonNode> rows,
      boolean truncated) {}

  /** What checks find, as one answer. */
  public record Results(boolean passes, List<Result> checks, JsonNode json) implements Received {}

  /** All checks, by name. */
  public Listing list() {
    JsonNode json = scope.send(scope.get(PATH));
    return new Listing(Json.items(json, PATH).stream().map(Check::of).toList(), json);
  }

  /**
   * Adds a check.
   *
   * @param on empty for commits and merges
   */
  public Check add(
      String name, String sql, List<String> tables, List<String> branches, List<String> on) {
    ObjectNode body = Json.object().put("name", name).put("sql", sql);
    add(body, "tables", tables);
    add(body, "branches", branches);
    add(body, "on", on);
    return Check.of(scope.send(scope.post(PATH).body(body)));
  }

  public void remove(String name) {
    scope.send(scope.delete(PATH, name));
  }

  /**
   * Runs checks, changing nothing.
   *
   * @param names empty for all
   * @param ref a branch with what is not committed, or anything else as committed
   */
  public Results run(List<String> names, String ref) {
    ObjectNode body = Json.object().put("ref", ref);
    add(body, "names", names);
    JsonNode json = scope.send(scope.post(PATH, "run").body(body).readOnly());
    return new Results(
        json.path("passes").asBoolean(),
        Json.items(json, PATH).stream().map(Checks::result).toList(),
        json);
  }

  private static Result result(JsonNode json) {
    return new Result(
        json.path("name").asText(),
        json.path("passes").asBoolean(),
        Json.text(json, "failure"),
        texts(json, "columns"),
        Json.items(json, "rows"),
        json.path("truncated").asBoolean());
  }

  private static void add(ObjectNode body, String field, List<String> values) {
    if (!values.isEmpty()) {
      ArrayNode array = body.putArray(field);
      values.forEach(array::add);
    }
  }

  private static List<String> texts(JsonNode json, String name) {
    return Json.items(json, name).stream().map(JsonNode::asText).toList();
  }
}
