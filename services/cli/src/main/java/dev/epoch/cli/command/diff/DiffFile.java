package dev.epoch.cli.command.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.client.transport.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A diff, part by part: a change a line, or one JSON document. What comes from standard input is
 * kept in a temporary file, since it may be read twice.
 */
final class DiffFile implements AutoCloseable {
  private static final int PART = 1000;
  private static final long PART_CHARACTERS = 1_000_000;

  private final String name;
  private final Path path;
  private final boolean temporary;
  private final String table;
  private BufferedReader lines;
  private List<JsonNode> document;
  private List<JsonNode> changes = List.of();
  private String ahead;

  private DiffFile(String name, Path path, boolean temporary, String table) {
    this.name = name;
    this.path = path;
    this.temporary = temporary;
    this.table = table;
  }

  /**
   * Opens it.
   *
   * @param typed {@code -} for standard input
   * @param table of changes that name none, or null
   */
  static DiffFile of(Session session, String typed, String table) {
    DiffFile file;
    try {
      if (typed.equals("-")) {
        Path copy = Files.createTempFile("epoch-diff", ".json");
        Files.copy(
            session.environment().in(), copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        file = new DiffFile("standard input", copy, true, table);
      } else {
        file = new DiffFile(typed, session.directory().resolve(typed), false, table);
      }
      file.again();
      return file;
    } catch (IOException unreadable) {
      throw unreadable(typed, unreadable);
    }
  }

  /** Starts from the beginning. */
  void again() {
    try {
      if (lines != null) {
        lines.close();
      }
      lines =
          new BufferedReader(
              new InputStreamReader(Files.newInputStream(path), StandardCharsets.UTF_8));
      ahead = line();
      document = ahead == null || isChange(ahead) ? null : document();
    } catch (IOException unreadable) {
      throw unreadable(name, unreadable);
    }
  }

  /** Reads the next part; whether there is one. */
  boolean next() {
    changes = new ArrayList<>();
    if (document != null) {
      int count = Math.min(PART, document.size());
      changes.addAll(document.subList(0, count));
      document = document.subList(count, document.size());
      return !changes.isEmpty();
    }
    try {
      long characters = 0;
      while (ahead != null && changes.size() < PART && characters < PART_CHARACTERS) {
        characters += ahead.length();
        changes.add(named(parsed(ahead)));
        ahead = line();
      }
    } catch (IOException unreadable) {
      throw unreadable(name, unreadable);
    }
    return !changes.isEmpty();
  }

  /** Whether there is a part behind this one. */
  boolean more() {
    return document != null ? !document.isEmpty() : ahead != null;
  }

  /** The changes of this part. */
  List<JsonNode> changes() {
    return changes;
  }

  private String line() throws IOException {
    String line = lines.readLine();
    while (line != null && line.isBlank()) {
      line = lines.readLine();
    }
    return line;
  }

  /** A whole change on one line; documents are printed over several, or are no change. */
  private static boolean isChange(String line) {
    try {
      JsonNode json = Json.parse(line);
      return json.isObject() && json.path("type").isTextual();
    } catch (IOException notJson) {
      return false;
    }
  }

  private List<JsonNode> document() {
    JsonNode json;
    try {
      json = Json.parse(Files.readString(path));
    } catch (IOException notJson) {
      throw new CommandFailure(
          ExitCode.INVALID,
          name + " is neither JSON nor a JSON document a line",
          "'epoch diff --format ndjson' prints what is taken; run statements with psql");
    }
    List<JsonNode> all = new ArrayList<>();
    if (json.isArray()) {
      json.forEach(change -> all.add(named(change)));
    } else if (json.path("changes").isArray()) {
      json.path("changes").forEach(change -> all.add(named(change)));
    } else {
      for (Map.Entry<String, JsonNode> each : json.properties()) {
        each.getValue().path("changes").forEach(change -> all.add(named(change, each.getKey())));
      }
    }
    if (all.isEmpty() && json.path("tables").size() > 0) {
      throw new CommandFailure(
          ExitCode.INVALID,
          name + " tells which tables differ, not which records",
          "print it with 'epoch diff --format ndjson', or --format json --records");
    }
    return all;
  }

  private JsonNode parsed(String line) {
    try {
      return Json.parse(line);
    } catch (IOException notJson) {
      throw new CommandFailure(
          ExitCode.INVALID,
          name + " has a line that is not JSON: " + line,
          "'epoch diff --format ndjson' prints what is taken");
    }
  }

  private JsonNode named(JsonNode change) {
    return named(change, table);
  }

  private JsonNode named(JsonNode change, String itsTable) {
    if (!change.isObject()) {
      throw new CommandFailure(
          ExitCode.INVALID,
          name + " has a change that is no object",
          "'epoch diff --format ndjson' prints what is taken");
    }
    if (change.has("table")) {
      return change;
    }
    if (itsTable == null) {
      throw new CommandFailure(
          ExitCode.INVALID,
          name + " has a change that names no table",
          "--table says of which table it is");
    }
    return ((ObjectNode) change).put("table", itsTable);
  }

  private static CommandFailure unreadable(String name, IOException why) {
    boolean missing = why instanceof java.nio.file.NoSuchFileException;
    return new CommandFailure(
        missing ? ExitCode.NOT_FOUND : ExitCode.INVALID,
        missing ? "there is no file " + name : "cannot read " + name + ": " + why.getMessage(),
        "name a file that 'epoch diff --format ndjson' wrote, or - for standard input");
  }

  @Override
  public void close() {
    try {
      lines.close();
      if (temporary) {
        Files.deleteIfExists(path);
      }
    } catch (IOException left) {
      // a temporary file stays behind
    }
  }
}
