package dev.epoch.api.rows;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A page of records in key order. */
@Schema(name = "Records")
public record RecordPage(
    List<ObjectNode> records,
    @Schema(description = "For ?after= of the next page; null at the end") String next,
    @Schema(description = LOST) @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> lost) {
  private static final String LOST =
      "Columns whose values are not known any more where they are null: the live table had them"
          + " alone, and has lost them; absent if there are none";

  /** A page of changed records in key order. */
  @Schema(name = "Changes")
  public record Changes(
      @Schema(description = "Each {type, key, before, after, fields}") List<ObjectNode> changes,
      @Schema(description = "For ?after= of the next page; null at the end") String next,
      @Schema(description = LOST) @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> lost) {}
}
