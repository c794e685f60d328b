package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.Extension;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a merge makes of the objects of a database that are no tables: views, functions, types,
 * sequences that no column owns; and of what stands on tables without being part of their rows'
 * shape: triggers, policies, comments. Columns, constraints and indexes are merged with the rows.
 *
 * <p>Tables that nobody versions stay where they are, and so does what needs one of them.
 *
 * @param given objects that the target gets, or has in other versions; tables as the target has
 *     them, but for what stands on them, and with columns to come that have comments
 * @param gone ids of objects that the target loses
 * @param conflicts without a decision
 * @param makers roles that own on the source what is given, as far as they are known
 */
public record MergedObjects(
    SortedMap<ObjectId, SchemaObject> given,
    Set<ObjectId> gone,
    List<SchemaConflict> conflicts,
    Map<ObjectId, String> makers) {

  /** A merge that has nothing to do with objects. */
  public static final MergedObjects NONE =
      new MergedObjects(new TreeMap<>(), Set.of(), List.of(), Map.of());

  public MergedObjects {
    gone = Set.copyOf(gone);
    conflicts = List.copyOf(conflicts);
    makers = Map.copyOf(makers);
  }

  /**
   * @param ours the target as it is
   * @param versioned names of the tables that the target has versions of when the merge is done;
   *     ours may lack some of them yet
   * @param decided what becomes of a conflict
   */
  public static MergedObjects of(
      DatabaseSchema base,
      DatabaseSchema ours,
      DatabaseSchema theirs,
      Set<ObjectName> versioned,
      Function<SchemaConflict, Optional<SchemaResolution>> decided) {
    Sides sides = new Sides(ours, theirs, versioned);
    DatabaseSchema before = sides.comparable(base);
    DatabaseSchema left = sides.comparable(ours);
    DatabaseSchema right = sides.complete(sides.comparable(theirs), before);
    MergedSchema merged = merge(before, left, right, decided);
    SortedMap<ObjectId, SchemaObject> given = new TreeMap<>();
    for (SchemaObject each : merged.schema().objects().values()) {
      SchemaObject object =
          each instanceof TableDefinition table ? sides.withComing(table, base) : each;
      if (!object.equals(left.objects().get(object.id())) && sides.isMerged(object)) {
        given.put(object.id(), object);
      }
    }
    Set<ObjectId> gone = new HashSet<>(left.objects().keySet());
    gone.removeAll(merged.schema().objects().keySet());
    return new MergedObjects(given, gone, merged.conflicts(), theirs.owners());
  }

  private static MergedSchema merge(
      DatabaseSchema base,
      DatabaseSchema ours,
      DatabaseSchema theirs,
      Function<SchemaConflict, Optional<SchemaResolution>> decided) {
    Map<String, SchemaResolution> resolutions = new HashMap<>();
    while (true) {
      MergedSchema merged = SchemaMerge.merge(base, ours, theirs, resolutions);
      int before = resolutions.size();
      for (SchemaConflict conflict : merged.conflicts()) {
        decided
            .apply(conflict)
            .ifPresent(resolution -> resolutions.put(conflict.path(), resolution));
      }
      if (resolutions.size() == before) {
        return merged;
      }
    }
  }

  /** The same without objects that are to be as others are that are found anyway; tables stay. */
  public MergedObjects without(DatabaseSchema found) {
    SortedMap<ObjectId, SchemaObject> others = new TreeMap<>(given);
    others
        .values()
        .removeIf(object ->
            !(object instanceof TableDefinition)
                && object.equals(found.objects().get(object.id())));
    return new MergedObjects(others, gone, conflicts, makers);
  }

  /** The same, with nothing that goes. */
  public MergedObjects givenOnly() {
    return new MergedObjects(given, Set.of(), conflicts, makers);
  }

  public boolean isEmpty() {
    return given.isEmpty() && gone.isEmpty();
  }

  /**
   * A database on its way: what is to become another does not stand against changes of tables, and
   * what these need is there.
   *
   * @param schema without the objects that the merge gives
   */
  public DatabaseSchema between(DatabaseSchema schema) {
    List<SchemaObject> needed = neededByTables(schema);
    TreeMap<ObjectId, SchemaObject> objects = new TreeMap<>(schema.objects());
    Set<ObjectId> aside = new HashSet<>(gone);
    aside.addAll(given.keySet());
    aside.removeIf(id -> !isView(id));
    List<ObjectId> standing = List.copyOf(aside);
    while (!standing.isEmpty()) {
      standing = viewsOn(Set.copyOf(standing), objects.values());
      aside.addAll(standing);
    }
    objects.keySet().removeAll(aside);
    given.values().stream()
        .filter(object -> !objects.containsKey(object.id()))
        .filter(object ->
            switch (object) {
              case ViewDefinition _, TableDefinition _ -> false;
              case FunctionDefinition function ->
                  needed.contains(function) || isCalled(function, schema);
              default -> true;
            })
        .forEach(object -> objects.put(object.id(), object));
    return new DatabaseSchema(objects);
  }

  /**
   * Functions and sequences that a database lacks, and columns and constraints may need; with the
   * types that these need. What needs a table or a view comes later.
   */
  public List<SchemaObject> neededByTables(DatabaseSchema schema) {
    SortedMap<ObjectId, SchemaObject> coming = new TreeMap<>(given);
    coming.keySet().removeIf(id -> id.kind() == ObjectKind.TABLE || isView(id));
    coming.keySet().removeIf(id -> schema.get(id).isPresent());
    while (coming
        .values()
        .removeIf(object ->
            object.dependsOn().stream()
                .anyMatch(id ->
                    id.kind() == ObjectKind.TABLE
                        || isView(id)
                        || id.kind() != ObjectKind.EXTENSION
                            && schema.get(id).isEmpty()
                            && !coming.containsKey(id)))) {
      // what needs those goes, too
    }
    Set<ObjectId> needed = new HashSet<>();
    coming.values().stream()
        .filter(
            object -> object instanceof FunctionDefinition || object instanceof SequenceDefinition)
        .forEach(object -> addWithNeeds(object, coming, needed));
    return coming.values().stream().filter(object -> needed.contains(object.id())).toList();
  }

  private static void addWithNeeds(
      SchemaObject object, SortedMap<ObjectId, SchemaObject> coming, Set<ObjectId> needed) {
    if (needed.add(object.id())) {
      object.dependsOn().stream()
          .filter(coming::containsKey)
          .forEach(id -> addWithNeeds(coming.get(id), coming, needed));
    }
  }

  private static List<ObjectId> viewsOn(Set<ObjectId> ids, Collection<SchemaObject> objects) {
    return objects.stream()
        .filter(object -> isView(object.id()))
        .filter(view -> view.dependsOn().stream().anyMatch(ids::contains))
        .map(SchemaObject::id)
        .toList();
  }

  private static boolean isView(ObjectId id) {
    return id.kind() == ObjectKind.VIEW || id.kind() == ObjectKind.MATERIALIZED_VIEW;
  }

  /** Whether a column takes its values from the function. */
  private static boolean isCalled(FunctionDefinition function, DatabaseSchema schema) {
    String name = function.name().name();
    String call = name.substring(0, Math.max(name.indexOf('('), 0)) + "(";
    return call.length() > 1
        && schema.objects().values().stream()
            .filter(TableDefinition.class::isInstance)
            .flatMap(table -> ((TableDefinition) table).columns().stream())
            .flatMap(MergedObjects::expressions)
            .anyMatch(expression -> expression.contains(call));
  }

  private static Stream<String> expressions(ColumnDefinition column) {
    return Stream.of(
            Optional.ofNullable(column.defaultValue()).map(value -> value.expression()),
            Optional.ofNullable(column.generated()).map(value -> value.expression()))
        .flatMap(Optional::stream);
  }

  /** With the columns that come to its tables and that somebody has commented on. */
  public DatabaseSchema withComing(DatabaseSchema schema) {
    TreeMap<ObjectId, SchemaObject> objects = new TreeMap<>(schema.objects());
    given
        .values()
        .forEach(object -> {
          if (object instanceof TableDefinition merged
              && objects.get(merged.id()) instanceof TableDefinition table) {
            List<ColumnDefinition> columns = new ArrayList<>(table.columns());
            merged.columns().stream()
                .filter(column -> table.column(column.name()).isEmpty())
                .forEach(column -> columns.add(column.withComment(null)));
            objects.put(table.id(), table.with(columns));
          }
        });
    return new DatabaseSchema(objects);
  }

  /** A database when all is done. */
  public DatabaseSchema after(DatabaseSchema schema) {
    TreeMap<ObjectId, SchemaObject> objects = new TreeMap<>(schema.objects());
    objects.keySet().removeAll(gone);
    given.forEach((id, object) ->
        objects.merge(
            id,
            object,
            (there, merged) ->
                there instanceof TableDefinition table
                    ? standingOn(table, (TableDefinition) merged)
                    : merged));
    return new DatabaseSchema(objects);
  }

  /** The table with what stands on another version of it, and what its columns need. */
  public static TableDefinition standingOn(TableDefinition table, TableDefinition other) {
    Set<ObjectId> needs = new HashSet<>(Sides.functions(other));
    table.dependsOn().stream().filter(id -> id.kind() != ObjectKind.FUNCTION).forEach(needs::add);
    return standingOn(table, other, needs);
  }

  private static TableDefinition standingOn(
      TableDefinition table, TableDefinition other, Set<ObjectId> needs) {
    return new TableDefinition(
        table.name(),
        table.columns().stream().map(column -> commented(column, other)).toList(),
        table.constraints(),
        table.indexes(),
        other.triggers(),
        other.policies(),
        other.rowSecurity(),
        table.partitioning(),
        table.partitionOf(),
        table.unlogged(),
        table.storageParameters(),
        other.comment(),
        table.privileges(),
        needs);
  }

  /** The column with the comment that the other version has, if that has the column. */
  private static ColumnDefinition commented(ColumnDefinition column, TableDefinition other) {
    return other
        .column(column.name())
        .map(there -> column.withComment(there.comment()))
        .orElse(column);
  }

  /** What is compared of the sides. */
  private record Sides(DatabaseSchema ours, DatabaseSchema theirs, Set<ObjectName> versioned) {

    /** What is not merged here is on every side as ours has it, or will have it. */
    DatabaseSchema comparable(DatabaseSchema side) {
      TreeMap<ObjectId, SchemaObject> objects = new TreeMap<>();
      side.objects().values().stream()
          .filter(object -> !(object instanceof TableDefinition) && isMerged(object))
          .forEach(object -> objects.put(object.id(), object));
      for (SchemaObject object : ours.objects().values()) {
        if (object instanceof TableDefinition table) {
          objects.put(
              table.id(),
              side.table(table.name())
                  .filter(_ -> versioned.contains(table.name()))
                  .map(there -> standingOn(table, there, functions(there)))
                  .orElse(table));
        } else if (!isMerged(object)) {
          objects.put(object.id(), object);
        }
      }
      versioned.forEach(
          name -> theirs.table(name).ifPresent(table -> objects.putIfAbsent(table.id(), table)));
      return new DatabaseSchema(objects);
    }

    /** The table with columns that come to it and that somebody has commented on. */
    TableDefinition withComing(TableDefinition table, DatabaseSchema base) {
      List<ColumnDefinition> coming =
          theirs.table(table.name()).stream()
              .filter(_ -> versioned.contains(table.name()))
              .flatMap(there -> there.columns().stream())
              .filter(column -> column.comment() != null && table.column(column.name()).isEmpty())
              .filter(column ->
                  base.table(table.name()).flatMap(was -> was.column(column.name())).isEmpty())
              .toList();
      if (coming.isEmpty()) {
        return table;
      }
      List<ColumnDefinition> columns = new ArrayList<>(table.columns());
      columns.addAll(coming);
      return table.with(columns);
    }

    /** What columns need is merged with them. */
    private static Set<ObjectId> functions(TableDefinition table) {
      return table.dependsOn().stream()
          .filter(id -> id.kind() == ObjectKind.FUNCTION)
          .collect(Collectors.toSet());
    }

    boolean isMerged(SchemaObject object) {
      return switch (object) {
        case Extension _ -> false;
        case SequenceDefinition sequence -> sequence.ownedBy() == null;
        case TableDefinition table -> ours.table(table.name()).isPresent();
        default -> true;
      };
    }

    /** Without what needs something that does not come, which is as it was before. */
    DatabaseSchema complete(DatabaseSchema side, DatabaseSchema before) {
      TreeMap<ObjectId, SchemaObject> objects = new TreeMap<>(side.objects());
      while (true) {
        List<ObjectId> wanting =
            objects.values().stream()
                .filter(object -> !object.equals(before.objects().get(object.id())))
                .filter(object ->
                    object.dependsOn().stream()
                        .anyMatch(need ->
                            need.kind() != ObjectKind.EXTENSION && !objects.containsKey(need)))
                .map(SchemaObject::id)
                .toList();
        if (wanting.isEmpty()) {
          return new DatabaseSchema(objects);
        }
        wanting.forEach(id -> objects.compute(id, (_, _) -> before.objects().get(id)));
      }
    }
  }
}
