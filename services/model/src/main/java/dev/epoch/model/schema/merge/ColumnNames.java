package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TriggerDefinition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names that the columns of one side have in the merged schema. Texts that speak of columns are
 * compared, and taken, with these names: a rename is no change of the checks and indexes of a
 * column. Views and functions stay as they are.
 */
final class ColumnNames {
  private static final Pattern TRIGGERS_COLUMNS =
      Pattern.compile("\\bUPDATE OF .*? ON |\\bWHEN \\(.*\\) EXECUTE ", Pattern.DOTALL);
  private static final String REFERENCES = " REFERENCES ";

  private final Map<ObjectName, Map<String, String>> renamed;

  private ColumnNames(Map<ObjectName, Map<String, String>> renamed) {
    this.renamed = renamed;
  }

  /**
   * @param base whose names columns have that the merged schema has no more
   * @param merged columns of each table of the merged schema
   * @param unified ids of a side's columns that are another in the merged schema, by table
   */
  static ColumnNames of(
      DatabaseSchema base,
      DatabaseSchema side,
      Map<ObjectName, List<ColumnDefinition>> merged,
      Map<ObjectName, Map<String, String>> unified) {
    Map<ObjectName, Map<String, String>> renamed = new HashMap<>();
    for (SchemaObject object : side.objects().values()) {
      if (object instanceof TableDefinition table && merged.containsKey(table.name())) {
        Map<String, ColumnDefinition> byId =
            ThreeWay.byKey(merged.get(table.name()), ColumnDefinition::id);
        Map<String, String> ids = unified.getOrDefault(table.name(), Map.of());
        Map<String, String> names = new HashMap<>();
        for (ColumnDefinition column : table.columns()) {
          ColumnDefinition now =
              Optional.ofNullable(byId.get(ids.getOrDefault(column.id(), column.id())))
                  .or(() -> withId(base, table.name(), column.id()))
                  .orElse(null);
          if (now != null && !now.name().equals(column.name())) {
            names.put(column.name(), now.name());
          }
        }
        if (!names.isEmpty()) {
          renamed.put(table.name(), names);
        }
      }
    }
    return new ColumnNames(renamed);
  }

  static Optional<ColumnDefinition> withId(DatabaseSchema side, ObjectName table, String id) {
    return side.table(table)
        .flatMap(there -> there.columns().stream().filter(c -> c.id().equals(id)).findFirst());
  }

  /** One column of a table has another name. */
  static ColumnNames renaming(ObjectName table, String from, String to) {
    return new ColumnNames(Map.of(table, Map.of(from, to)));
  }

  DatabaseSchema in(DatabaseSchema side) {
    return renamed.isEmpty()
        ? side
        : DatabaseSchema.of(
            side.objects().values().stream()
                .map(object -> object instanceof TableDefinition table ? in(table) : object)
                .toList());
  }

  private Map<String, String> of(ObjectName table) {
    return renamed.getOrDefault(table, Map.of());
  }

  private TableDefinition in(TableDefinition table) {
    Map<String, String> names = of(table.name());
    return new TableDefinition(
        table.name(),
        table.columns().stream().map(column -> in(column, names)).toList(),
        table.constraints().stream().map(constraint -> in(constraint, names)).toList(),
        table.indexes().stream().map(index -> in(index, names)).toList(),
        table.triggers().stream().map(trigger -> in(trigger, names)).toList(),
        table.policies().stream().map(policy -> in(policy, names)).toList(),
        table.rowSecurity(),
        SqlNames.renamed(table.partitioning(), names),
        table.partitionOf(),
        table.unlogged(),
        table.storageParameters(),
        table.comment(),
        table.privileges(),
        table.dependsOn());
  }

  /** Its own name is a fact of it, which is merged. */
  private static ColumnDefinition in(ColumnDefinition column, Map<String, String> names) {
    return column.generated() == null || names.isEmpty()
        ? column
        : new ColumnDefinition(
            column.id(),
            column.name(),
            column.type(),
            column.nullable(),
            column.defaultValue(),
            new ColumnDefinition.Generated(
                SqlNames.renamed(column.generated().expression(), names),
                column.generated().stored()),
            column.identity(),
            column.collation(),
            column.comment());
  }

  private ConstraintDefinition in(ConstraintDefinition constraint, Map<String, String> names) {
    ConstraintDefinition.Reference reference = constraint.references();
    Map<String, String> referenced = reference == null ? Map.of() : of(reference.table());
    if (names.isEmpty() && referenced.isEmpty()) {
      return constraint;
    }
    return new ConstraintDefinition(
        constraint.name(),
        constraint.kind(),
        definition(constraint.definition(), names, referenced),
        renamed(constraint.columns(), names),
        reference == null
            ? null
            : new ConstraintDefinition.Reference(
                reference.table(),
                renamed(reference.columns(), referenced),
                reference.onDelete(),
                reference.onUpdate(),
                reference.match()),
        constraint.nullsNotDistinct(),
        constraint.deferrable(),
        constraint.initiallyDeferred(),
        constraint.validated(),
        constraint.comment());
  }

  /** A foreign key speaks of the columns of two tables. */
  static String definition(
      String definition, Map<String, String> names, Map<String, String> referenced) {
    int at = definition.indexOf(REFERENCES);
    if (at < 0 || !definition.startsWith("FOREIGN KEY")) {
      return SqlNames.renamed(definition, names);
    }
    int list = definition.indexOf('(', at);
    int end = list < 0 ? definition.length() : list;
    return SqlNames.renamed(definition.substring(0, at), names)
        + definition.substring(at, end)
        + SqlNames.renamed(definition.substring(end), referenced);
  }

  private static List<String> renamed(List<String> columns, Map<String, String> names) {
    return columns.stream().map(column -> names.getOrDefault(column, column)).toList();
  }

  private static IndexDefinition in(IndexDefinition index, Map<String, String> names) {
    return new IndexDefinition(
        index.name(),
        index.method(),
        index.unique(),
        index.nullsNotDistinct(),
        index.keys().stream()
            .map(key ->
                new IndexDefinition.Key(
                    SqlNames.renamed(key.expression(), names),
                    key.operatorClass(),
                    key.collation(),
                    key.order(),
                    key.nulls()))
            .toList(),
        renamed(index.included(), names),
        SqlNames.renamed(index.predicate(), names),
        index.parameters(),
        index.comment());
  }

  private static TriggerDefinition in(TriggerDefinition trigger, Map<String, String> names) {
    if (names.isEmpty()) {
      return trigger;
    }
    String definition =
        TRIGGERS_COLUMNS
            .matcher(trigger.definition())
            .replaceAll(part -> Matcher.quoteReplacement(SqlNames.renamed(part.group(), names)));
    return new TriggerDefinition(trigger.name(), definition, trigger.enabled(), trigger.comment());
  }

  /** Names in the parts of a trigger's definition that speak of columns. */
  static Set<String> columnsOfTrigger(String definition) {
    Set<String> names = new HashSet<>();
    TRIGGERS_COLUMNS
        .matcher(definition)
        .results()
        .forEach(part -> names.addAll(SqlNames.names(part.group())));
    return names;
  }

  private static PolicyDefinition in(PolicyDefinition policy, Map<String, String> names) {
    return new PolicyDefinition(
        policy.name(),
        policy.permissive(),
        policy.command(),
        policy.roles(),
        SqlNames.renamed(policy.using(), names),
        SqlNames.renamed(policy.withCheck(), names),
        policy.comment());
  }
}
