package dev.epoch.events.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A JSON Schema file.
 *
 * @param path below the folder of schemas, {@code events/branch-created.v1.json}
 * @param schema its content
 */
record SchemaFile(String path, JsonNode schema) {
  static final String ID_PREFIX = "epoch:/schemas/";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern RECORD =
      Pattern.compile("(event|command|rejection)s/([a-z-]+)\\.v(\\d+)\\.json");

  private static final List<SchemaFile> ALL = below(folder(RecordCodec.class, "schemas"));

  /** Every schema file: those of records and those they share. */
  static List<SchemaFile> all() {
    return ALL;
  }

  /** Copies of the schemas as they were released. */
  static List<SchemaFile> released() {
    return below(folder(SchemaFile.class, "/released"));
  }

  /** The schemas of record versions. */
  static List<SchemaFile> records() {
    return all().stream().filter(file -> file.record().matches()).toList();
  }

  static SchemaFile of(String path) {
    return all().stream().filter(file -> file.path().equals(path)).findFirst().orElseThrow();
  }

  static Path folder(Class<?> near, String name) {
    try {
      return Path.of(near.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<SchemaFile> below(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .map(file -> new SchemaFile(root.relativize(file).toString(), read(file)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode read(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Matcher record() {
    return RECORD.matcher(path);
  }

  Optional<RecordKind> kind() {
    Matcher matcher = record();
    return matcher.matches()
        ? Optional.of(RecordKind.valueOf(matcher.group(1).toUpperCase(java.util.Locale.ROOT)))
        : Optional.empty();
  }

  String wireName() {
    Matcher matcher = record();
    return matcher.matches() ? matcher.group(2) : null;
  }

  int version() {
    Matcher matcher = record();
    return matcher.matches() ? Integer.parseInt(matcher.group(3)) : 0;
  }

  @Override
  public String toString() {
    return path;
  }
}
