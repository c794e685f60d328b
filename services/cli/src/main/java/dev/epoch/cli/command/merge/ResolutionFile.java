package dev.epoch.cli.command.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.client.merge.Conflicts;
import dev.epoch.client.transport.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Decisions about conflicts in a file: a JSON array, or what {@code epoch conflicts show --format
 * json} prints with the decisions written into it.
 *
 * <pre>
 *   [{"table": "users", "key": {"id": 1}, "field": "email", "resolution": "value", "value": "a@x"},
 *    {"table": "orders", "resolution": "theirs"}]
 *
 *   {"conflicts": [{"table": "users", "key": {"id": 1}, "resolution": "ours"},
 *                  {"table": "users", "key": {"id": 2},
 *                   "fields": [{"name": "email", "resolution": "base"}, {"name": "credit"}]}]}
 * </pre>
 *
 * What has no resolution stays undecided.
 */
final class ResolutionFile {
  private final Path path;
  private final List<Conflicts.Resolution> decisions = new ArrayList<>();

  private ResolutionFile(Path path) {
    this.path = path;
  }

  /**
   * Reads all of it, before anything is decided.
   *
   * @throws CommandFailure if it cannot be read, or holds no decision
   */
  static List<Conflicts.Resolution> read(Path path) {
    ResolutionFile file = new ResolutionFile(path);
    JsonNode content;
    try {
      content = Json.parse(Files.readString(path));
    } catch (IOException problem) {
      throw new CommandFailure(
          Files.exists(path) ? ExitCode.INVALID : ExitCode.NOT_FOUND,
          "cannot read " + path + " as JSON: " + problem.getMessage(),
          "'epoch conflicts show --format json' prints a file to begin with");
    }
    for (JsonNode conflict : content.isArray() ? content : content.path("conflicts")) {
      file.add(conflict);
    }
    if (file.decisions.isEmpty()) {
      throw new CommandFailure(
          ExitCode.INVALID,
          path + " decides nothing",
          "write \"resolution\": \"ours\" (theirs, base, value, delete) beside what is decided");
    }
    return List.copyOf(file.decisions);
  }

  private void add(JsonNode conflict) {
    if (conflict.hasNonNull("resolution")) {
      decisions.add(decision(conflict, conflict, text(conflict, "field")));
    }
    for (JsonNode field : conflict.path("fields")) {
      if (field.hasNonNull("resolution")) {
        decisions.add(decision(conflict, field, text(field, "name")));
      }
    }
  }

  private Conflicts.Resolution decision(JsonNode conflict, JsonNode said, String field) {
    Conflicts.Side side =
        switch (said.path("resolution").asText()) {
          case "ours" -> Conflicts.Side.OURS;
          case "theirs" -> Conflicts.Side.THEIRS;
          case "base" -> Conflicts.Side.BASE;
          case "value", "custom" -> Conflicts.Side.VALUE;
          case "delete" -> Conflicts.Side.DELETE;
          case String unknown ->
              throw new CommandFailure(
                  ExitCode.INVALID,
                  path + " has a resolution '" + unknown + "'",
                  "there are ours, theirs, base, value and delete");
        };
    if (side == Conflicts.Side.VALUE && !said.has("value")) {
      throw new CommandFailure(
          ExitCode.INVALID,
          path + " has a resolution 'value' without a value",
          "write \"value\" beside it; null sets NULL");
    }
    return new Conflicts.Resolution(
        text(conflict, "table"),
        conflict.hasNonNull("key") ? conflict.path("key") : null,
        field,
        text(conflict, "constraint"),
        side,
        side == Conflicts.Side.VALUE ? said.path("value") : null);
  }

  private static String text(JsonNode node, String name) {
    return node.hasNonNull(name) ? node.path(name).asText() : null;
  }
}
