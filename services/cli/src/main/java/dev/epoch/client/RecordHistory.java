package dev.epoch.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Commits that changed a record, the newest first, as one answer. */
public record RecordHistory(List<Entry> changes, String next, JsonNode json) implements Received {

  static RecordHistory of(JsonNode json) {
    return new RecordHistory(
        Json.items(json, "changes").stream()
            .map(item -> new Entry(Commit.of(item.path("commit")), Diff.RecordChange.of(item)))
            .toList(),
        Json.text(json, "next"),
        json);
  }

  /** A commit and what it did to the record. */
  public record Entry(Commit commit, Diff.RecordChange change) {}

  /** Per field the commit that it has its value from. */
  public record Blame(List<Field> fields, JsonNode json) implements Received {

    static Blame of(JsonNode json) {
      return new Blame(
          Json.items(json, "fields").stream()
              .map(item ->
                  new Field(
                      item.path("name").asText(),
                      item.path("value"),
                      Commit.of(item.path("commit"))))
              .toList(),
          json);
    }
  }

  /** A field and where its value comes from. */
  public record Field(String name, JsonNode value, Commit commit) {}
}
