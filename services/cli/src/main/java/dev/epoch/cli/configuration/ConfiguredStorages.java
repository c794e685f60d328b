package dev.epoch.cli.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.client.transport.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;

/**
 * Storage backends of the configuration file, for repositories that do not exist yet:
 *
 * <pre>
 *   [storage.postgres.production]
 *   host = "db.example.com"
 *   password = "${DB_PASSWORD}"
 * </pre>
 */
public final class ConfiguredStorages {

  private final ConfigurationFile file;
  private final Path usualPath;

  /**
   * The storage backends of a file.
   *
   * @param file the configuration file that counts
   * @param usualPath the file to make when there is none
   */
  public ConfiguredStorages(ConfigurationFile file, Path usualPath) {
    this.file = Objects.requireNonNull(file, "file");
    this.usualPath = Objects.requireNonNull(usualPath, "usualPath");
  }

  /**
   * A storage backend.
   *
   * @param type as the file calls it, such as postgres
   * @param config its settings, with variables and files put in
   */
  public record Configured(String type, ObjectNode config) {}

  /** The storage backend of a name, whatever its type. */
  public Optional<Configured> named(String name) {
    return file.names("storage").stream()
        .filter(type -> file.names("storage", type).contains(name))
        .map(type -> new Configured(type, file.table("storage", type, name)))
        .findFirst();
  }

  /**
   * Adds a storage backend at the end of the file; what stands there already stays as it is.
   *
   * @return the file
   * @throws CommandFailure if the name is taken, or the file cannot be written
   */
  public Path add(String name, String type, ObjectNode config) {
    Path path = file.path() == null ? usualPath : file.path();
    if (named(name).isPresent()) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "storage '" + name + "' stands in " + path + " already",
          "edit it there, or choose another name");
    }
    StringBuilder section = new StringBuilder();
    append(section, "storage." + key(type) + "." + key(name), config);
    try {
      String before = Files.isRegularFile(path) ? Files.readString(path) : "";
      String gap = before.isEmpty() ? "" : before.endsWith("\n") ? "\n" : "\n\n";
      ConfigurationFile.parse(before + gap + section);
      write(path, gap + section);
    } catch (IOException problem) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "cannot add to " + path + ": " + problem.getMessage(),
          "name another configuration file with --config");
    }
    return path;
  }

  /** Appends; a new file is for its owner alone, because settings may hold a password. */
  private static void write(Path path, String text) throws IOException {
    if (!Files.exists(path)) {
      Files.createFile(path);
      if (Files.getFileStore(path).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      }
    }
    Files.writeString(path, text, StandardOpenOption.APPEND);
  }

  private static void append(StringBuilder toml, String table, ObjectNode values) {
    toml.append('[').append(table).append("]\n");
    values.properties().stream()
        .filter(field -> !field.getValue().isObject())
        .forEach(field ->
            toml.append(key(field.getKey())).append(" = ").append(field.getValue()).append('\n'));
    for (var field : values.properties()) {
      JsonNode value = field.getValue();
      if (value instanceof ObjectNode nested) {
        append(toml.append('\n'), table + "." + key(field.getKey()), nested);
      }
    }
  }

  /** A key of TOML; a JSON text is a basic string of TOML too. */
  private static String key(String name) {
    return name.matches("[A-Za-z0-9_-]+") ? name : Json.compact(TextNode.valueOf(name));
  }
}
