package dev.epoch.client.record;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.List;

/** Commits that changed a record, the newest first, as one answer. */
public record RecordHistory(List<Entry> changes, String next, List<String> lost, JsonNode json)
    implements Received {

  static RecordHistory of(JsonNode json) {
    return new RecordHistory(
        Json.items(json, "changes").stream()
            .map(item -> new Entry(Commit.of(item.path("commit")), Diff.RecordChange.of(item)))
            .toList(),
        Json.text(json, "next"),
        lost(json),
        json);
  }

  /** Columns that the commits had, and whose values are not known any more. */
  private static List<String> lost(JsonNode json) {
    return Json.items(json.path("lost"), "lost").stream().map(JsonNode::asText).toList();
  }

  /** A commit and what it did to the record. */
  public record Entry(Commit commit, Diff.RecordChange change) {}

  /** Per field the commit that it has its value from. */
  public record Blame(List<Field> fields, List<String> lost, JsonNode json) implements Received {

    static Blame of(JsonNode json) {
      return new Blame(
          Json.items(json, "fields").stream()
              .map(item ->
                  new Field(
                      item.path("name").asText(),
                      item.path("value"),
                      Commit.of(item.path("commit"))))
              .toList(),
          RecordHistory.lost(json),
          json);
    }
  }

  /** A field and where its value comes from. */
  public record Field(String name, JsonNode value, Commit commit) {}
}
