package dev.epoch.api.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A page of conflicts of an open merge. */
@Schema(name = "Conflicts")
public record ConflictPage(
    List<ConflictView> conflicts,
    @Schema(description = "All that match") long total,
    @Schema(description = "Of the whole merge") long unresolved,
    @Schema(description = "For ?after= of the next page; null at the end") String next) {

  /** A record that the merge could not decide. */
  @Schema(name = "Conflict")
  public record ConflictView(
      @Schema(description = "The same whenever the merge is computed") String id,
      String table,
      @Schema(description = "Key columns and their values") ObjectNode key,
      @Schema(
              description =
                  "modify_modify, modify_delete, delete_modify, add_add or constraint_violation")
          String type,
      List<FieldView> fields,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Schema(description = "That the record breaks")
          String constraint,
      boolean resolved) {}

  /** A field, or a part of a JSON field, that both sides changed. */
  @Schema(name = "ConflictField")
  public record FieldView(
      @Schema(description = "Column, followed by a JSON pointer for a part of a document")
          String name,
      JsonNode base,
      JsonNode ours,
      JsonNode theirs,
      boolean resolved) {}

  /** What a decision settled. */
  @Schema(name = "Resolved")
  public record Resolved(
      @Schema(description = "Conflicts that are wholly decided now") long resolved,
      @Schema(description = "Fields that the decision is about") long decided,
      @Schema(description = "Conflicts left") long remaining) {}
}
