package dev.epoch.storage.postgres.ddl;

import dev.epoch.model.schema.diff.ChangeType;
import dev.epoch.model.schema.diff.Fact;
import dev.epoch.model.schema.diff.ObjectChange;
import dev.epoch.model.schema.diff.PartChange;
import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.CompositeType;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.Extension;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.RangeType;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What has to go and come back beside what differs: PostgreSQL changes no column that a view reads,
 * no type that a column has, and so on. Found by following dependencies until nothing is added.
 *
 * <pre>
 *   type swapped --> columns retyped --> generated columns rebuilt --> constraints, indexes cycled
 *        \--> functions, views replaced <--/                                \--> foreign keys cycled
 * </pre>
 */
final class Affected {
  private static final Set<ObjectKind> TYPES =
      EnumSet.of(ObjectKind.ENUM, ObjectKind.DOMAIN, ObjectKind.COMPOSITE, ObjectKind.RANGE);

  /** Objects of both schemas that are dropped and created. */
  final Set<ObjectId> replaced = new LinkedHashSet<>();

  /** Types of both schemas that are renamed, created anew, and dropped when nobody has them. */
  final Set<ObjectId> swapped = new LinkedHashSet<>();

  /** Types that go while one of another kind takes their name: former and new. */
  final Map<ObjectId, ObjectId> displaced = new TreeMap<>();

  private final Map<ObjectName, TableEffects> tables = new TreeMap<>();
  private final Map<ObjectId, Set<ObjectId>> dependents = new HashMap<>();
  private final DatabaseSchema before;
  private final DatabaseSchema after;

  Affected(DatabaseSchema before, DatabaseSchema after, SchemaDifference difference) {
    this.before = before;
    this.after = after;
    before
        .objects()
        .values()
        .forEach(object ->
            object
                .dependsOn()
                .forEach(needed ->
                    dependents
                        .computeIfAbsent(needed, any -> new LinkedHashSet<>())
                        .add(object.id())));
    difference.of(ObjectChange.Modified.class).forEach(this::begin);
    difference.of(ObjectChange.Removed.class).forEach(gone -> displace(gone.id(), difference));
    int size;
    do {
      size = size();
      List.copyOf(swapped).forEach(this::spreadType);
      displaced.keySet().forEach(this::spreadType);
      List.copyOf(replaced).forEach(this::spreadObject);
      List.copyOf(tables.keySet()).forEach(this::spreadTable);
    } while (size() > size);
  }

  TableEffects of(ObjectName table) {
    return tables.computeIfAbsent(table, any -> new TableEffects());
  }

  /** Tables of both schemas that something happens to beside what differs, or because of it. */
  Set<ObjectName> touched() {
    Set<ObjectName> touched = new LinkedHashSet<>();
    tables.forEach((name, effects) -> {
      if (effects.size() > 0) {
        touched.add(name);
      }
    });
    return touched;
  }

  Set<ObjectId> dependents(ObjectId id) {
    return dependents.getOrDefault(id, Set.of());
  }

  private int size() {
    return replaced.size()
        + swapped.size()
        + tables.values().stream().mapToInt(TableEffects::size).sum();
  }

  private void begin(ObjectChange.Modified change) {
    switch (change.after()) {
      case ViewDefinition view -> replaceIf(change, Fact.QUERY, Fact.COLUMNS);
      case FunctionDefinition function -> {
        if (changes(change, Fact.RETURNS, Fact.ROUTINE)
            || changes(change, Fact.DEFINITION)
                && (function.routine() == FunctionDefinition.Routine.AGGREGATE
                    || !header(change.before()).equals(header(function)))) {
          replaced.add(change.id());
        }
      }
      case EnumType type -> {
        if (!additive(change)) {
          swapped.add(change.id());
        }
      }
      case DomainType domain -> {
        if (changes(change, Fact.BASE_TYPE, Fact.COLLATION)) {
          swapped.add(change.id());
        }
      }
      case CompositeType type -> {
        if (!appendsAttributes((CompositeType) change.before(), type)) {
          swapped.add(change.id());
        }
      }
      case RangeType range -> {
        if (changes(change, Fact.DEFINITION)) {
          swapped.add(change.id());
        }
      }
      case TableDefinition table -> {
        replaceIf(change, Fact.PARTITIONING);
        columns(change, of(table.name()));
      }
      case Extension extension -> {}
      case SequenceDefinition sequence -> {}
    }
  }

  private void displace(ObjectId gone, SchemaDifference difference) {
    if (TYPES.contains(gone.kind())) {
      for (ObjectKind kind : TYPES) {
        ObjectId fresh = new ObjectId(kind, gone.name());
        if (difference.of(fresh).filter(ObjectChange.Added.class::isInstance).isPresent()) {
          displaced.put(gone, fresh);
        }
      }
    }
  }

  private void replaceIf(ObjectChange.Modified change, Fact... facts) {
    if (changes(change, facts)) {
      replaced.add(change.id());
    }
  }

  private static boolean changes(ObjectChange.Modified change, Fact... facts) {
    return change.parts(PartChange.OfFact.class).stream()
        .anyMatch(part -> List.of(facts).contains(part.fact()));
  }

  /** The part of a definition that CREATE OR REPLACE cannot change. */
  private static String header(SchemaObject function) {
    String text = ((FunctionDefinition) function).definition();
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }

  /** Whether labels were added only. */
  static boolean additive(ObjectChange.Modified change) {
    return change.parts(PartChange.OfLabelOrder.class).isEmpty()
        && change.parts(PartChange.OfLabel.class).stream()
            .allMatch(label -> label.type() == ChangeType.ADDED);
  }

  /** Whether the former attributes that are left stand first, as they were. */
  static boolean appendsAttributes(CompositeType before, CompositeType after) {
    List<CompositeType.Attribute> left =
        before.attributes().stream().filter(after.attributes()::contains).toList();
    Set<String> leftNames = new HashSet<>();
    left.forEach(attribute -> leftNames.add(attribute.name()));
    boolean changed =
        before.attributes().stream()
            .anyMatch(old ->
                !leftNames.contains(old.name())
                    && after.attributes().stream().anyMatch(now -> now.name().equals(old.name())));
    return !changed && after.attributes().subList(0, left.size()).equals(left);
  }

  private void columns(ObjectChange.Modified change, TableEffects effects) {
    for (PartChange.OfColumn column : change.parts(PartChange.OfColumn.class)) {
      switch (column.type()) {
        case ADDED -> {}
        case REMOVED -> effects.dropped.add(column.before().name());
        case MODIFIED -> {
          String name = column.before().name();
          if (column.generationChanged() && column.after().generated() != null) {
            effects.rebuilt.add(name);
          } else if (column.retyped()) {
            // what is computed is computed anew
            (column.before().generated() == null ? effects.retyped : effects.rebuilt).add(name);
          }
          if (column.renamed()) {
            effects.renamed.add(name);
          }
        }
      }
    }
    Set<String> moved = new HashSet<>();
    change.parts(PartChange.OfConstraint.class).forEach(part -> moved.add(part.name()));
    TableDefinition table = (TableDefinition) change.before();
    table.constraints().stream()
        .filter(constraint -> isKey(constraint) && moved.contains(constraint.name()))
        .forEach(constraint -> cycleReferences(table, constraint.columns()));
    table.constraints().stream()
        .filter(constraint ->
            constraint.kind() == ConstraintDefinition.Kind.PRIMARY_KEY
                && moved.contains(constraint.name()))
        .forEach(constraint -> effects.constraints.add(constraint.name()));
    Set<String> movedIndexes = new HashSet<>();
    change.parts(PartChange.OfIndex.class).forEach(part -> movedIndexes.add(part.name()));
    table.indexes().stream()
        .filter(index -> index.unique() && movedIndexes.contains(index.name()))
        .forEach(index -> cycleReferences(table, keys(index)));
  }

  private void spreadType(ObjectId type) {
    Set<String> names = Set.of(type.name().name());
    for (ObjectId dependent : dependents(type)) {
      if (!after.objects().containsKey(dependent)) {
        continue;
      }
      switch (dependent.kind()) {
        case DOMAIN, COMPOSITE, RANGE -> swapped.add(dependent);
        case VIEW, MATERIALIZED_VIEW, FUNCTION -> replaced.add(dependent);
        case TABLE -> {
          TableDefinition table = before.table(dependent.name()).orElseThrow();
          TableEffects effects = of(table.name());
          for (ColumnDefinition column : table.columns()) {
            if (SqlText.mentions(column.type(), names)
                && !effects.dropped.contains(column.name())) {
              (column.generated() == null ? effects.retyped : effects.rebuilt).add(column.name());
            }
          }
          mentioned(table, names, true);
        }
        case ENUM, EXTENSION, SEQUENCE -> {}
      }
    }
  }

  private void spreadObject(ObjectId object) {
    String name = object.name().name();
    int arguments = name.indexOf('(');
    Set<String> names = Set.of(arguments < 0 ? name : name.substring(0, arguments));
    for (ObjectId dependent : dependents(object)) {
      if (!after.objects().containsKey(dependent)) {
        continue;
      }
      switch (dependent.kind()) {
        case VIEW, MATERIALIZED_VIEW, FUNCTION -> replaced.add(dependent);
        case TABLE ->
            before.table(dependent.name()).ifPresent(table -> mentioned(table, names, true));
        case DOMAIN, COMPOSITE, RANGE, ENUM, EXTENSION, SEQUENCE -> {}
      }
    }
    before
        .table(object.name())
        .ifPresent(table ->
            table.constraints().stream()
                .filter(Affected::isKey)
                .forEach(constraint -> cycleReferences(table, constraint.columns())));
  }

  private void spreadTable(ObjectName name) {
    TableDefinition table = before.table(name).orElse(null);
    TableEffects effects = of(name);
    if (table == null || after.table(name).isEmpty()) {
      return;
    }
    boolean key =
        table.constraints().stream()
            .anyMatch(constraint ->
                constraint.kind() == ConstraintDefinition.Kind.PRIMARY_KEY
                    && effects.constraints.contains(constraint.name()));
    if (effects.shaken() || key) {
      for (ObjectId dependent : dependents(table.id())) {
        if (after.objects().containsKey(dependent) && reads(dependent)) {
          replaced.add(dependent);
        }
      }
    }
    Set<String> moved = new HashSet<>(effects.retyped);
    moved.addAll(effects.rebuilt);
    if (moved.isEmpty()) {
      return;
    }
    mentioned(table, moved, false);
    table.constraints().stream()
        .filter(constraint ->
            constraint.kind() == ConstraintDefinition.Kind.FOREIGN_KEY
                && constraint.columns().stream().anyMatch(moved::contains))
        .forEach(constraint -> effects.constraints.add(constraint.name()));
    moved.forEach(column -> cycleReferences(table, List.of(column)));
    table.constraints().stream()
        .filter(constraint ->
            isKey(constraint) && constraint.columns().stream().anyMatch(moved::contains))
        .forEach(constraint -> cycleReferences(table, constraint.columns()));
  }

  /** Views, and functions whose body the database understands. */
  private boolean reads(ObjectId id) {
    return switch (before.objects().get(id)) {
      case ViewDefinition view -> true;
      case FunctionDefinition function -> function.definition().contains("BEGIN ATOMIC");
      case TableDefinition table -> false;
      case EnumType type -> false;
      case DomainType type -> false;
      case CompositeType type -> false;
      case RangeType type -> false;
      case SequenceDefinition sequence -> false;
      case Extension extension -> false;
      case null -> false;
    };
  }

  /**
   * Cycles what mentions one of the names.
   *
   * @param all whether constraints, indexes and defaults are affected too, which follow a column of
   *     another type by themselves
   */
  private void mentioned(TableDefinition table, Set<String> names, boolean all) {
    TableEffects effects = of(table.name());
    Set<String> rebuilt = Set.copyOf(effects.rebuilt);
    for (ColumnDefinition column : table.columns()) {
      if (column.generated() != null
          && SqlText.mentions(column.generated().expression(), names)
          && !effects.dropped.contains(column.name())) {
        effects.rebuilt.add(column.name());
      }
      if (all
          && column.defaultValue() != null
          && SqlText.mentions(column.defaultValue().expression(), names)
          && !effects.dropped.contains(column.name())) {
        effects.defaults.add(column.name());
      }
    }
    for (ConstraintDefinition constraint : table.constraints()) {
      if (SqlText.mentions(constraint.definition(), all ? names : rebuilt)) {
        effects.constraints.add(constraint.name());
      }
    }
    for (IndexDefinition index : table.indexes()) {
      if (SqlText.mentions(text(index), all ? names : rebuilt)) {
        effects.indexes.add(index.name());
      }
    }
    table.triggers().stream()
        .filter(trigger -> SqlText.mentions(trigger.definition(), names))
        .forEach(trigger -> effects.triggers.add(trigger.name()));
    table.policies().stream()
        .filter(policy ->
            SqlText.mentions(policy.using(), names) || SqlText.mentions(policy.withCheck(), names))
        .forEach(policy -> effects.policies.add(policy.name()));
  }

  private static String text(IndexDefinition index) {
    StringBuilder text = new StringBuilder();
    index.keys().forEach(key -> text.append(key.expression()).append(' '));
    index.included().forEach(column -> text.append(Names.quote(column)).append(' '));
    return index.predicate() == null ? text.toString() : text + index.predicate();
  }

  private static boolean isKey(ConstraintDefinition constraint) {
    return switch (constraint.kind()) {
      case PRIMARY_KEY, UNIQUE -> true;
      case CHECK, EXCLUSION, FOREIGN_KEY -> false;
    };
  }

  private static List<String> keys(IndexDefinition index) {
    return index.keys().stream().map(IndexDefinition.Key::expression).toList();
  }

  /** Foreign keys that point at these columns of a table go and come back. */
  private void cycleReferences(TableDefinition table, List<String> columns) {
    for (SchemaObject object : before.objects().values()) {
      if (object instanceof TableDefinition other && after.objects().containsKey(other.id())) {
        for (ConstraintDefinition constraint : other.constraints()) {
          if (constraint.references() != null
              && constraint.references().table().equals(table.name())
              && (Set.copyOf(constraint.references().columns()).equals(Set.copyOf(columns))
                  || columns.size() == 1
                      && constraint.references().columns().contains(columns.getFirst()))) {
            of(other.name()).constraints.add(constraint.name());
          }
        }
      }
    }
  }
}
