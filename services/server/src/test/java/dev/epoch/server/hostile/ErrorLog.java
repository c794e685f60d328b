package dev.epoch.server.hostile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.server.DatabasesForTests;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What PostgreSQL logged as errors since this object was made. */
final class ErrorLog {
  private final Path file = DatabasesForTests.log();
  private final long start;

  ErrorLog() {
    try {
      start = Files.size(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Errors whose codes are in these classes, with their statements. */
  List<String> ofClasses(String... classes) {
    List<String> found = new ArrayList<>();
    for (JsonNode error : errors()) {
      for (String prefix : classes) {
        if (error.path("state_code").asText().startsWith(prefix)) {
          String statement = error.path("statement").asText();
          found.add(
              error.path("state_code").asText()
                  + " "
                  + error.path("message").asText()
                  + " in "
                  + statement.substring(0, Math.min(2_000, statement.length())));
        }
      }
    }
    return found;
  }

  Map<String, Integer> counts() {
    Map<String, Integer> counts = new TreeMap<>();
    errors().forEach(error -> counts.merge(error.path("state_code").asText(), 1, Integer::sum));
    return counts;
  }

  private List<JsonNode> errors() {
    List<JsonNode> errors = new ArrayList<>();
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      byte[] bytes = new byte[(int) (log.length() - start)];
      log.seek(start);
      log.readFully(bytes);
      for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n")) {
        if (line.contains("\"error_severity\":\"ERROR\"")
            || line.contains("\"error_severity\":\"FATAL\"")
            || line.contains("\"error_severity\":\"PANIC\"")) {
          errors.add(Answer.JSON.readTree(line));
        }
      }
      return errors;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
