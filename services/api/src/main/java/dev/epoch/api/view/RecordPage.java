package dev.epoch.api.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A page of records in key order. */
@Schema(name = "Records")
public record RecordPage(
    List<ObjectNode> records,
    @Schema(description = "For ?after= of the next page; null at the end") String next) {

  /** A page of changed records in key order. */
  @Schema(name = "Changes")
  public record Changes(
      @Schema(description = "Each {type, key, before, after, fields}") List<ObjectNode> changes,
      @Schema(description = "For ?after= of the next page; null at the end") String next) {}
}
