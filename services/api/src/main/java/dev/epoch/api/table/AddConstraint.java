package dev.epoch.api.table;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.epoch.gateway.schema.ConstraintRequest;
import dev.epoch.model.schema.object.ObjectName;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /tables/{table}/constraints}. */
@Schema(name = "AddConstraint")
public record AddConstraint(
    @NotNull @Size(min = 1, max = 63) @Schema(examples = "uq_email") String name,
    @NotNull @Schema(description = "unique, check, foreign_key or exclusion") String type,
    @JsonSetter(contentNulls = Nulls.FAIL) List<String> columns,
    @Schema(description = "Of a check", examples = "price > 0") String expression,
    @Schema(description = "Of a foreign key: table, with or without its schema")
        String referencesTable,
    @JsonSetter(contentNulls = Nulls.FAIL) List<String> referencesColumns,
    @Schema(description = "no action, restrict, cascade, set null or set default") String onDelete,
    String onUpdate,
    @Schema(description = "Of a unique constraint: false if two nulls are the same")
        Boolean nullsDistinct,
    Boolean deferrable,
    Boolean initiallyDeferred,
    @Schema(description = "Of an exclusion constraint") @JsonSetter(contentNulls = Nulls.FAIL)
        List<Element> elements,
    @Schema(description = "Of an exclusion constraint", defaultValue = "gist") String indexMethod,
    @Schema(description = "Condition of an exclusion constraint") String whereClause,
    @Schema(description = "Beside writers: added first, then validated") Boolean online,
    @Schema(description = "For which one try waits for locks", defaultValue = "30s")
        String lockTimeout,
    @Schema(description = "For which a statement may run", defaultValue = "5m")
        String statementTimeout,
    @Schema(description = "When locks cannot be had", defaultValue = "3") Integer retries) {

  /** A part of an exclusion constraint. */
  @Schema(name = "ExclusionElement")
  public record Element(
      @NotNull @Schema(description = "Column or expression") String column,
      @NotNull String operator) {}

  /**
   * @param schema of the table that gets it, which a name without a schema is in
   */
  public ConstraintRequest request(String schema) {
    return new ConstraintRequest(
        name,
        type,
        columns,
        expression,
        referencesTable == null ? null : table(schema, referencesTable),
        referencesColumns,
        onDelete,
        onUpdate,
        Boolean.FALSE.equals(nullsDistinct),
        Boolean.TRUE.equals(deferrable),
        Boolean.TRUE.equals(initiallyDeferred),
        elements == null
            ? null
            : elements.stream()
                .map(element -> new ConstraintRequest.Element(element.column(), element.operator()))
                .toList(),
        indexMethod,
        whereClause);
  }

  private static ObjectName table(String schema, String text) {
    int dot = text.indexOf('.');
    return dot < 0
        ? new ObjectName(schema, text)
        : new ObjectName(text.substring(0, dot), text.substring(dot + 1));
  }
}
