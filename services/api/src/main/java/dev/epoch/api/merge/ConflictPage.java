package dev.epoch.api.merge;

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

  /** A record, or a part of a table's schema, that the merge could not decide. */
  @Schema(name = "Conflict")
  public record ConflictView(
      @Schema(description = "The same whenever the merge is computed") String id,
      String table,
      @Schema(description = "Key columns and their values; null for a part of the schema")
          ObjectNode key,
      @Schema(
              description =
                  "modify_modify, modify_delete, delete_modify, add_add or constraint_violation; of a part of the schema schema_schema, schema_data, delete_modify or type_mismatch")
          String type,
      List<FieldView> fields,
      @JsonInclude(JsonInclude.Include.NON_NULL)
          @Schema(
              description =
                  "That the record breaks; name of the part of the schema, empty for the table itself")
          String constraint,
      boolean resolved,
      @JsonInclude(JsonInclude.Include.NON_NULL)
          @Schema(description = "How the same conflict was decided before, as a whole")
          LearntView learnt) {}

  /** A field, or a part of a JSON field, that both sides changed. */
  @Schema(name = "ConflictField")
  public record FieldView(
      @Schema(
              description =
                  "Column, followed by a JSON pointer for a part of a document; of a part of the schema what of it: constraint definition, column type")
          String name,
      JsonNode base,
      JsonNode ours,
      JsonNode theirs,
      boolean resolved,
      @JsonInclude(JsonInclude.Include.NON_NULL)
          @Schema(description = "How the same conflict of this field was decided before")
          LearntView learnt,
      @JsonInclude(JsonInclude.Include.NON_NULL)
          @Schema(
              description =
                  "Rule for the field that would settle such conflicts: field_rules of the repository's conflict, by table.column")
          ConflictRules.Rule rule) {}

  /** A decision that was made before; resolution learnt makes it again. */
  @Schema(name = "LearntResolution")
  public record LearntView(
      @Schema(description = "ours, theirs, base, value, delete, union") String resolution,
      @Schema(
              description =
                  "What the field becomes; of a record its columns, of a part of the schema its definition")
          @JsonInclude(JsonInclude.Include.NON_NULL)
          JsonNode value) {}

  /** What a decision settled. */
  @Schema(name = "Resolved")
  public record Resolved(
      @Schema(description = "Conflicts that are wholly decided now") long resolved,
      @Schema(description = "Fields that the decision is about") long decided,
      @Schema(description = "Conflicts left") long remaining) {}
}
