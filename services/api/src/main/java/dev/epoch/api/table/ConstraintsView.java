package dev.epoch.api.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Constraints and indexes of a table. */
@Schema(name = "Constraints")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ConstraintsView(
    String table,
    @Schema(description = "live or the ref that was asked for") String source,
    Support support,
    ConstraintView primaryKey,
    List<ConstraintView> foreignKeys,
    List<ConstraintView> uniqueConstraints,
    List<ConstraintView> checkConstraints,
    List<ConstraintView> exclusionConstraints,
    List<IndexView> indexes) {

  /** What the backend makes of constraints. */
  @Schema(name = "ConstraintSupport")
  public record Support(
      String backend,
      @Schema(description = "full or metadata_only") String level,
      boolean canEnforce,
      boolean canStore,
      @Schema(description = "Whether they can be added and removed here") boolean canExecuteDdl,
      @Schema(description = "database or none") String validationMode) {

    /**
     * @param enforced whether the database keeps constraints
     * @param changeable whether they can be added and removed through the API
     */
    public static Support of(String backend, boolean enforced, boolean changeable) {
      return new Support(
          backend,
          enforced ? "full" : "metadata_only",
          enforced,
          true,
          changeable,
          enforced ? "database" : "none");
    }
  }

  /** A constraint. */
  @Schema(name = "ConstraintInFull")
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record ConstraintView(
      String name,
      String type,
      List<String> columns,
      String definition,
      String referencesTable,
      List<String> referencesColumns,
      String onDelete,
      String onUpdate,
      Boolean deferrable,
      Boolean initiallyDeferred,
      @Schema(description = "Whether all records were checked") Boolean validated,
      String comment) {

    static ConstraintView of(ConstraintDefinition constraint) {
      boolean reference = constraint.references() != null;
      return new ConstraintView(
          constraint.name(),
          constraint.kind().name().toLowerCase(Locale.ROOT),
          constraint.columns(),
          constraint.definition(),
          reference ? constraint.references().table().toString() : null,
          reference ? constraint.references().columns() : List.of(),
          reference ? constraint.references().onDelete() : null,
          reference ? constraint.references().onUpdate() : null,
          constraint.deferrable(),
          constraint.initiallyDeferred(),
          constraint.validated(),
          constraint.comment());
    }

    static ConstraintView of(dev.epoch.events.table.Constraint constraint) {
      return new ConstraintView(
          constraint.name(),
          constraint.kind().name().toLowerCase(Locale.ROOT),
          constraint.columns(),
          constraint.definition(),
          constraint.referencesTable(),
          constraint.referencesColumns(),
          null,
          null,
          constraint.deferrable(),
          null,
          null,
          null);
    }
  }

  /** An index. */
  @Schema(name = "IndexInFull")
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record IndexView(
      String name,
      String definition,
      String method,
      Boolean unique,
      List<KeyView> columns,
      List<String> includeColumns,
      String whereClause,
      Map<String, String> storageParameters,
      String comment) {

    static IndexView of(IndexDefinition index) {
      return new IndexView(
          index.name(),
          null,
          index.method(),
          index.unique(),
          index.keys().stream().map(KeyView::of).toList(),
          index.included(),
          index.predicate(),
          index.parameters(),
          index.comment());
    }

    static IndexView of(dev.epoch.events.table.Index index) {
      return new IndexView(
          index.name(), index.definition(), null, index.unique(), null, null, null, null, null);
    }
  }

  /** A part of an index. */
  @Schema(name = "IndexKey")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record KeyView(
      @Schema(description = "Column or expression") String name,
      String sortOrder,
      String nullsOrder,
      String opclass) {
    static KeyView of(IndexDefinition.Key key) {
      return new KeyView(
          key.expression(),
          key.order() == null ? null : key.order().toLowerCase(Locale.ROOT),
          key.nulls() == null ? null : key.nulls().toLowerCase(Locale.ROOT),
          key.operatorClass());
    }
  }

  /** What a change has run, and the constraints and indexes since. */
  @Schema(name = "ConstraintsChanged")
  public record Changed(List<String> statements, ConstraintsView constraints) {}

  /** As the database has them. */
  public static ConstraintsView live(String name, Support support, TableDefinition table) {
    return new ConstraintsView(
        name,
        "live",
        support,
        of(table, Kind.PRIMARY_KEY).stream().findFirst().orElse(null),
        of(table, Kind.FOREIGN_KEY),
        of(table, Kind.UNIQUE),
        of(table, Kind.CHECK),
        of(table, Kind.EXCLUSION),
        table.indexes().stream().map(IndexView::of).toList());
  }

  private static List<ConstraintView> of(TableDefinition table, Kind kind) {
    return table.constraints().stream()
        .filter(constraint -> constraint.kind() == kind)
        .map(ConstraintView::of)
        .toList();
  }

  /** As they were recorded. */
  public static ConstraintsView recorded(
      String name, String source, Support support, TableSchema schema) {
    return new ConstraintsView(
        name,
        source,
        support,
        of(schema, dev.epoch.events.table.Constraint.Kind.PRIMARY_KEY).stream()
            .findFirst()
            .orElse(null),
        of(schema, dev.epoch.events.table.Constraint.Kind.FOREIGN_KEY),
        of(schema, dev.epoch.events.table.Constraint.Kind.UNIQUE),
        of(schema, dev.epoch.events.table.Constraint.Kind.CHECK),
        of(schema, dev.epoch.events.table.Constraint.Kind.EXCLUSION),
        schema.indexes().stream().map(IndexView::of).toList());
  }

  private static List<ConstraintView> of(
      TableSchema schema, dev.epoch.events.table.Constraint.Kind kind) {
    return schema.constraints().stream()
        .filter(constraint -> constraint.kind() == kind)
        .map(ConstraintView::of)
        .toList();
  }
}
