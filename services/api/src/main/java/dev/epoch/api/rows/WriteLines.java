package dev.epoch.api.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.api.json.JsonCosts;
import dev.epoch.api.request.NumberLimits;
import dev.epoch.storage.record.RowWrite;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes as lines of JSON: {@code {"op": "upsert" | "delete", "record": {}}}. */
public final class WriteLines {
  private WriteLines() {}

  public static List<RowWrite> read(InputStream body) throws IOException {
    List<RowWrite> writes = new ArrayList<>();
    BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    JsonCosts costs = body instanceof JsonCosts.Source source ? source.costs() : JsonCosts.NONE;
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (!line.isBlank()) {
        writes.add(write(line, number, costs));
      }
    }
    return writes;
  }

  private static RowWrite write(String line, int number, JsonCosts costs) throws IOException {
    JsonNode json;
    try {
      json = ApiJson.tree(line, costs);
    } catch (JsonProcessingException notJson) {
      throw problem(
          "json_invalid", number, "The line is not JSON: " + notJson.getOriginalMessage());
    }
    JsonNode record = json.path("record");
    if (!(record instanceof ObjectNode object)) {
      throw problem(
          "missing", number, "Should be {\"op\": \"upsert\" or \"delete\", \"record\": {}}");
    }
    NumberLimits.check(object, "body", number, "record");
    Map<String, JsonNode> columns = new LinkedHashMap<>();
    object.properties().forEach(field -> columns.put(field.getKey(), field.getValue()));
    return switch (json.path("op").asText()) {
      case "upsert" -> new RowWrite.Upsert(columns);
      case "delete" -> new RowWrite.Delete(columns);
      default -> throw problem("value_error", number, "op should be upsert or delete");
    };
  }

  private static InvalidRequestException problem(String type, int line, String message) {
    return new InvalidRequestException(
        new FieldProblem(type, List.of("body", line), message, Map.of()));
  }
}
