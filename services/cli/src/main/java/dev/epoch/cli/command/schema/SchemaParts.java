package dev.epoch.cli.command.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.CommandFailure;

/** Which changes of a schema are asked for: one kind, or all for null. */
public record SchemaParts(String kind) {

  public static SchemaParts of(boolean columns, boolean constraints, boolean indexes) {
    if ((columns ? 1 : 0) + (constraints ? 1 : 0) + (indexes ? 1 : 0) > 1) {
      throw CommandFailure.usage("--columns-only, --constraints-only and --indexes-only: give one");
    }
    return new SchemaParts(
        columns ? "column" : constraints ? "constraint" : indexes ? "index" : null);
  }

  public boolean has(JsonNode change) {
    return kind == null || change.path("object_type").asText().equals(kind);
  }
}
