package dev.epoch.api.schema;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.schema.SchemaHash;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The shape of a table. */
@Schema(name = "TableSchema")
public record SchemaView(
    String table,
    List<ColumnView> columns,
    List<String> primaryKey,
    List<ConstraintView> constraints,
    List<IndexView> indexes,
    List<EnumView> enums,
    @Schema(description = "SHA-256 of the canonical schema") String schemaHash,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(description = "What kind of storage the table is in")
        String backend,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(description = "live, a commit's id, or registered: where it is from")
        String source,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(
            description =
                "With full=true: the table with all that belongs to it, as the database or the nearest commit that records schemas has it",
            implementation = Object.class)
        JsonNode definition) {

  /** A column. */
  @Schema(name = "Column")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ColumnView(
      String name,
      @Schema(description = "As the database prints it") String type,
      @Schema(description = "What it means, whichever database holds it") String kind,
      boolean nullable,
      @JsonProperty("default") @Schema(description = "Expression, as the database prints it")
          String defaultValue,
      @Schema(description = "Expression of a generated column") String generated,
      @Schema(description = "always or by default, for an identity column") String identity) {

    static ColumnView of(Column column) {
      return new ColumnView(
          column.name(),
          column.type().name(),
          column.type().kind().name().toLowerCase(Locale.ROOT),
          column.nullable(),
          column.defaultExpression(),
          column.generatedExpression(),
          column.identity());
    }
  }

  /** A constraint. */
  @Schema(name = "Constraint")
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record ConstraintView(
      String name,
      @Schema(description = "primary_key, unique, foreign_key, check, exclusion or not_null")
          String type,
      List<String> columns,
      String definition,
      String referencesTable,
      List<String> referencesColumns,
      boolean deferrable) {

    static ConstraintView of(Constraint constraint) {
      return new ConstraintView(
          constraint.name(),
          constraint.kind().name().toLowerCase(Locale.ROOT),
          constraint.columns(),
          constraint.definition(),
          constraint.referencesTable(),
          constraint.referencesColumns(),
          constraint.deferrable());
    }
  }

  /** An index. */
  @Schema(name = "Index")
  public record IndexView(String name, String definition, boolean unique) {
    static IndexView of(Index index) {
      return new IndexView(index.name(), index.definition(), index.unique());
    }
  }

  /** An enum type that columns use. */
  @Schema(name = "Enum")
  public record EnumView(String name, List<String> labels) {}

  public static SchemaView of(String table, TableSchema schema) {
    return new SchemaView(
        table,
        schema.columns().stream().map(ColumnView::of).toList(),
        schema.primaryKey(),
        schema.constraints().stream().map(ConstraintView::of).toList(),
        schema.indexes().stream().map(IndexView::of).toList(),
        enums(schema),
        SchemaHash.of(schema).hex(),
        null,
        null,
        null);
  }

  /** The same with where it is from; {@code definition} may be null. */
  public SchemaView from(String backend, String source, JsonNode definition) {
    return new SchemaView(
        table,
        columns,
        primaryKey,
        constraints,
        indexes,
        enums,
        schemaHash,
        backend,
        source,
        definition);
  }

  /** Enum types of the columns, also those inside arrays and domains, each once. */
  public static List<EnumView> enums(TableSchema schema) {
    Map<String, EnumView> byName = new LinkedHashMap<>();
    for (Column column : schema.columns()) {
      for (DataType type : within(column.type(), new ArrayList<>())) {
        if (type.kind() == DataType.Kind.ENUM) {
          byName.putIfAbsent(type.name(), new EnumView(type.name(), type.labels()));
        }
      }
    }
    return List.copyOf(byName.values());
  }

  private static List<DataType> within(DataType type, List<DataType> found) {
    found.add(type);
    if (type.element() != null) {
      within(type.element(), found);
    }
    type.fields().forEach(field -> within(field.type(), found));
    return found;
  }
}
