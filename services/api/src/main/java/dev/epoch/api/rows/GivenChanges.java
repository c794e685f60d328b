package dev.epoch.api.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.api.json.JsonCosts;
import dev.epoch.api.request.NumberLimits;
import dev.epoch.gateway.record.GivenChange;
import dev.epoch.model.row.RowChange;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Changes as clients send them: what {@link RecordJson#change} writes, and the table's name. */
public final class GivenChanges {
  private static final Set<String> KNOWN =
      Set.of("table", "type", "key", "before", "after", "fields");

  private GivenChanges() {}

  /**
   * @param table of changes that name none, or null
   */
  public static List<GivenChange> of(List<JsonNode> changes, String table) {
    List<GivenChange> given = new ArrayList<>();
    for (JsonNode change : changes) {
      given.add(of(change, given.size(), table));
    }
    return given;
  }

  /** The same, a line each. */
  public static List<GivenChange> lines(InputStream body, String table) throws IOException {
    List<GivenChange> given = new ArrayList<>();
    BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    JsonCosts costs = body instanceof JsonCosts.Source source ? source.costs() : JsonCosts.NONE;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.isBlank()) {
        int index = given.size();
        try {
          given.add(of(ApiJson.tree(line, costs), index, table));
        } catch (JsonProcessingException notJson) {
          throw problem(
              "json_invalid",
              index,
              "changes",
              "The line is not JSON: " + notJson.getOriginalMessage());
        }
      }
    }
    return given;
  }

  private static GivenChange of(JsonNode change, int index, String table) {
    if (change == null || !change.isObject()) {
      throw problem("type_error", index, "changes", "Should be {table, type, key, before, after}");
    }
    change
        .fieldNames()
        .forEachRemaining(name -> {
          if (!KNOWN.contains(name)) {
            throw problem("extra_forbidden", index, name, "Changes have no such field");
          }
        });
    String named = change.path("table").asText(table);
    if (named == null) {
      throw problem("missing", index, "table", "Name the table, here or as ?table=");
    }
    NumberLimits.check(change, "body", "changes", index);
    return new GivenChange(
        named,
        kind(change, index),
        columns(change, "key", index),
        columns(change, "before", index),
        columns(change, "after", index));
  }

  private static RowChange.Kind kind(JsonNode change, int index) {
    return switch (change.path("type").asText()) {
      case "insert" -> RowChange.Kind.INSERT;
      case "update" -> RowChange.Kind.UPDATE;
      case "delete" -> RowChange.Kind.DELETE;
      default -> throw problem("enum", index, "type", "Should be insert, update or delete");
    };
  }

  private static Map<String, JsonNode> columns(JsonNode change, String image, int index) {
    JsonNode object = change.path(image);
    if (object.isMissingNode() || object.isNull()) {
      return null;
    }
    if (!object.isObject()) {
      throw problem("type_error", index, image, "Should be an object of columns");
    }
    Map<String, JsonNode> columns = new LinkedHashMap<>();
    object.properties().forEach(field -> columns.put(field.getKey(), field.getValue()));
    return columns;
  }

  private static InvalidRequestException problem(
      String type, int index, String field, String message) {
    return new InvalidRequestException(
        new FieldProblem(type, List.of("body", "changes", index, field), message, Map.of()));
  }
}
