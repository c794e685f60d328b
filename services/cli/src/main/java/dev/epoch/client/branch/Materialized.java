package dev.epoch.client.branch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Received;
import java.util.ArrayList;
import java.util.List;

/** The copies of a branch's tables. */
public record Materialized(List<Copy> copies, JsonNode json) implements Received {

  /**
   * One of them.
   *
   * @param rows estimated
   * @param bytes on disk, with indexes
   * @param inUse whether sessions read it
   */
  public record Copy(String table, long rows, long bytes, boolean inUse) {}

  static Materialized of(JsonNode json) {
    List<Copy> copies = new ArrayList<>();
    for (JsonNode copy : json.path("tables")) {
      copies.add(
          new Copy(
              copy.path("table").asText(),
              copy.path("rows").asLong(),
              copy.path("bytes").asLong(),
              copy.path("in_use").asBoolean()));
    }
    return new Materialized(List.copyOf(copies), json);
  }
}
