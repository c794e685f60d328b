package dev.epoch.cli.command.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Files of migrations beside what their tool has noted of them. */
record MigrationComparison(List<Line> all) {
  /**
   * A migration.
   *
   * @param status applied, pending, drift (its text is another now), missing (no file), failed
   * @param commit id of the first commit behind it, or null
   */
  record Line(String id, String description, String script, String status, String commit) {}

  static MigrationComparison of(List<MigrationFile> files, JsonNode history) {
    Map<String, JsonNode> last = new LinkedHashMap<>();
    history.forEach(note -> last.put(note.path("script").asText(), note));
    List<Line> lines = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (MigrationFile file : files) {
      seen.add(file.script());
      JsonNode note = last.get(file.script());
      lines.add(
          new Line(
              file.id(),
              file.description(),
              file.script(),
              note == null ? "pending" : status(file, note),
              note == null ? null : commit(note)));
    }
    last.forEach((script, note) -> {
      if (!seen.contains(script)) {
        lines.add(
            new Line(
                note.path("id").asText(),
                note.path("description").asText(),
                script,
                "missing",
                commit(note)));
      }
    });
    return new MigrationComparison(lines);
  }

  private static String status(MigrationFile file, JsonNode note) {
    if (!note.path("success").asBoolean()) {
      return "failed";
    }
    boolean other =
        !file.checksum().isEmpty() && !file.checksum().equals(note.path("checksum").asText());
    // a repeatable one runs again when its text is another
    return other ? file.id().isEmpty() ? "pending" : "drift" : "applied";
  }

  private static String commit(JsonNode note) {
    return note.hasNonNull("commit_id") ? note.path("commit_id").asText() : null;
  }

  /** Whether the files are not what was run. */
  boolean drifted() {
    return all.stream()
        .anyMatch(line -> Set.of("drift", "missing", "failed").contains(line.status()));
  }

  List<String> lines() {
    List<List<String>> rows = new ArrayList<>();
    for (Line line : all) {
      rows.add(
          List.of(
              line.id().isEmpty() ? "repeatable" : line.id(),
              line.description(),
              line.status(),
              line.commit() == null ? "-" : Commit.shortId(line.commit())));
    }
    return Columns.ruled(List.of("Migration", "Description", "Status", "Commit"), rows);
  }

  ArrayNode json() {
    ArrayNode array = Json.object().putArray("migrations");
    for (Line line : all) {
      ObjectNode row = array.addObject();
      row.put("id", line.id());
      row.put("description", line.description());
      row.put("script", line.script());
      row.put("status", line.status());
      row.put("commit_id", line.commit());
    }
    return array;
  }
}
