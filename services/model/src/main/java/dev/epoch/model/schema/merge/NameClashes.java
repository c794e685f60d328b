package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.merge.SchemaConflict.Part;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Two things that came from different sides and cannot both be there: columns of one name, tables
 * and indexes of one name, two primary keys of a table. One that is not chosen goes; a column that
 * was only renamed takes back its name.
 */
final class NameClashes {
  static final String NAME = "two of one name";

  private static final Set<ObjectKind> RELATIONS =
      EnumSet.of(
          ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW, ObjectKind.SEQUENCE);
  private static final Set<ObjectKind> TYPES =
      EnumSet.of(
          ObjectKind.ENUM,
          ObjectKind.DOMAIN,
          ObjectKind.COMPOSITE,
          ObjectKind.RANGE,
          ObjectKind.TABLE,
          ObjectKind.VIEW,
          ObjectKind.MATERIALIZED_VIEW);

  private final DatabaseSchema base;
  private final DatabaseSchema ours;
  private final DatabaseSchema theirs;
  private final Decisions decisions;

  NameClashes(
      DatabaseSchema base, DatabaseSchema ours, DatabaseSchema theirs, Decisions decisions) {
    this.base = base;
    this.ours = ours;
    this.theirs = theirs;
    this.decisions = decisions;
  }

  /** What has a name. */
  private record Holder(ObjectId object, Part part, String name, Object what) {
    boolean isIn(DatabaseSchema side) {
      return side.get(object)
          .filter(found ->
              switch (part) {
                case OBJECT -> true;
                case INDEX -> indexes(found).stream().anyMatch(i -> i.name().equals(name));
                case CONSTRAINT ->
                    found instanceof TableDefinition table
                        && table.constraints().stream().anyMatch(c -> c.name().equals(name));
                case COLUMN, TRIGGER, POLICY -> false;
              })
          .isPresent();
    }
  }

  void check(Map<ObjectId, SchemaObject> merged) {
    for (SchemaObject object : List.copyOf(merged.values())) {
      if (object instanceof TableDefinition table) {
        columns(merged, table);
        primaryKeys(merged, table);
      }
    }
    names(merged);
  }

  private void columns(Map<ObjectId, SchemaObject> merged, TableDefinition table) {
    List<ColumnDefinition> columns = new ArrayList<>(table.columns());
    Set<String> givenBack = new HashSet<>();
    for (Optional<Pair> pair = clash(columns); pair.isPresent(); pair = clash(columns)) {
      ColumnDefinition loser = loser(table, pair.get(), givenBack);
      DatabaseSchema winners = sameName(ours, table, loser).isPresent() ? theirs : ours;
      Optional<ColumnDefinition> former =
          ColumnNames.withId(winners, table.name(), loser.id())
              .filter(_ -> givenBack.add(loser.id()));
      int place = columns.indexOf(loser);
      columns.remove(place);
      former.ifPresent(column -> columns.add(place, column));
    }
    if (!columns.equals(table.columns())) {
      MergedTables.setColumns(merged, table.id(), columns);
    }
  }

  /** Two columns of one name. */
  private record Pair(ColumnDefinition one, ColumnDefinition other) {}

  private static Optional<Pair> clash(List<ColumnDefinition> columns) {
    Map<String, ColumnDefinition> byName = new HashMap<>();
    for (ColumnDefinition column : columns) {
      ColumnDefinition other = byName.putIfAbsent(column.name(), column);
      if (other != null) {
        return Optional.of(new Pair(other, column));
      }
    }
    return Optional.empty();
  }

  /**
   * @param givenBack ids of columns that have lost before, and have the name of the other side
   */
  private ColumnDefinition loser(TableDefinition table, Pair pair, Set<String> givenBack) {
    for (ColumnDefinition column : List.of(pair.one(), pair.other())) {
      if (givenBack.contains(column.id())) {
        return column;
      }
      Optional<String> former =
          ColumnNames.withId(base, table.name(), column.id()).map(ColumnDefinition::name);
      if (former.isPresent() && decisions.isOpen(table.name() + "." + former.get())) {
        // what it is called is open anyway
        return column;
      }
    }
    boolean oneIsOurs = sameName(ours, table, pair.one()).isPresent();
    ColumnDefinition left = oneIsOurs ? pair.one() : pair.other();
    ColumnDefinition right = oneIsOurs ? pair.other() : pair.one();
    boolean oursStays =
        decisions.decide(
            conflict(table.id(), Part.COLUMN, left.name(), null, left, right), true, false);
    return oursStays ? right : left;
  }

  private static Optional<ColumnDefinition> sameName(
      DatabaseSchema side, TableDefinition table, ColumnDefinition column) {
    return side.table(table.name())
        .flatMap(there ->
            there.columns().stream()
                .filter(c -> c.id().equals(column.id()) && c.name().equals(column.name()))
                .findFirst());
  }

  private void primaryKeys(Map<ObjectId, SchemaObject> merged, TableDefinition table) {
    List<Holder> keys =
        table.constraints().stream()
            .filter(constraint -> constraint.kind() == Kind.PRIMARY_KEY)
            .map(key -> new Holder(table.id(), Part.CONSTRAINT, key.name(), key))
            .toList();
    if (keys.size() > 1) {
      decide(merged, keys.getFirst(), keys.get(1));
    }
  }

  private void names(Map<ObjectId, SchemaObject> merged) {
    Map<String, Holder> relations = new HashMap<>();
    Map<String, Holder> types = new HashMap<>();
    for (SchemaObject object : List.copyOf(merged.values())) {
      Holder whole = new Holder(object.id(), Part.OBJECT, "", object);
      if (RELATIONS.contains(object.kind())) {
        claim(merged, relations, object.name().toString(), whole);
      }
      if (TYPES.contains(object.kind())) {
        claim(merged, types, object.name().toString(), whole);
      }
      String prefix = object.name().schema() + ".";
      for (IndexDefinition index : indexes(object)) {
        claim(
            merged,
            relations,
            prefix + index.name(),
            new Holder(object.id(), Part.INDEX, index.name(), index));
      }
      if (object instanceof TableDefinition table) {
        for (ConstraintDefinition constraint : table.constraints()) {
          if (constraint.kind() != Kind.CHECK && constraint.kind() != Kind.FOREIGN_KEY) {
            claim(
                merged,
                relations,
                prefix + constraint.name(),
                new Holder(object.id(), Part.CONSTRAINT, constraint.name(), constraint));
          }
        }
      }
    }
  }

  private static List<IndexDefinition> indexes(SchemaObject object) {
    return switch (object) {
      case TableDefinition table -> table.indexes();
      case ViewDefinition view -> view.indexes();
      default -> List.of();
    };
  }

  private void claim(
      Map<ObjectId, SchemaObject> merged, Map<String, Holder> holders, String name, Holder holder) {
    Holder other = holders.putIfAbsent(name, holder);
    if (other != null) {
      decide(merged, other, holder);
    }
  }

  private void decide(Map<ObjectId, SchemaObject> merged, Holder one, Holder other) {
    // the one that only one side has tells which is whose
    boolean oneIsOurs =
        one.isIn(ours) && !one.isIn(theirs) || other.isIn(theirs) && !other.isIn(ours);
    Holder left = oneIsOurs ? one : other;
    Holder right = left == one ? other : one;
    Holder first =
        Comparator.comparing(Holder::object).thenComparing(Holder::name).compare(one, other) <= 0
            ? one
            : other;
    boolean oursStays =
        decisions.decide(
            conflict(first.object(), first.part(), first.name(), null, left.what(), right.what()),
            true,
            false);
    Holder loser = oursStays ? right : left;
    MergedTables.remove(merged, loser.object(), loser.part(), loser.name());
  }

  private static SchemaConflict conflict(
      ObjectId object, Part part, String name, Object base, Object left, Object right) {
    return new SchemaConflict(
        SchemaConflictType.SCHEMA_SCHEMA,
        object,
        part,
        name,
        NAME,
        PartText.of(base),
        PartText.of(left),
        PartText.of(right));
  }
}
