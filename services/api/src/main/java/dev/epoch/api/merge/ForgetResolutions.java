package dev.epoch.api.merge;

import com.fasterxml.jackson.databind.JsonNode;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /conflicts/forget}. */
@Schema(name = "ForgetResolutions")
public record ForgetResolutions(
    @Schema(description = "Decisions about conflicts of this table only") String table,
    @Schema(description = "Of this record only: an object, an array, or one value; with its table")
        JsonNode key,
    @Schema(description = "Of this field only") String field,
    @Schema(description = "Of this constraint or part of the schema only") String constraint) {

  /** How many are offered no more. */
  @Schema(name = "Forgotten")
  public record Forgotten(long forgotten) {}
}
