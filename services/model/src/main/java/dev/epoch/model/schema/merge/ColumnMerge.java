package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.merge.SchemaConflict.Part;
import dev.epoch.model.schema.merge.ThreeWay.Place;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.ColumnDefault;
import dev.epoch.model.schema.object.ColumnDefinition.DefaultKind;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Merges the columns of a table, fact by fact. */
final class ColumnMerge {
  private final ThreeWay merge;

  ColumnMerge(ThreeWay merge) {
    this.merge = merge;
  }

  /** By identity. A column that both sides have added under one name is one column, with our id. */
  List<ColumnDefinition> columns(
      List<ColumnDefinition> base, List<ColumnDefinition> ours, List<ColumnDefinition> theirs) {
    Map<String, String> unified =
        unified(base, ours, theirs, ColumnDefinition::id, ColumnDefinition::name);
    List<ColumnDefinition> same =
        theirs.stream()
            .map(column -> withId(column, unified.getOrDefault(column.id(), column.id())))
            .toList();
    return merge.parts(
        base,
        ours,
        same,
        ColumnDefinition::id,
        column -> new Place(Part.COLUMN, column.name(), ""),
        place -> (before, left, right) -> column(place, before, left, right));
  }

  /** Our id for each id of theirs that means a column which both sides have added. */
  static <T> Map<String, String> unified(
      Collection<T> base,
      Collection<T> ours,
      Collection<T> theirs,
      Function<T, String> id,
      Function<T, String> name) {
    Map<String, T> before = ThreeWay.byKey(base, id);
    Map<String, T> added = new HashMap<>();
    ours.stream()
        .filter(column -> !before.containsKey(id.apply(column)))
        .forEach(column -> added.put(name.apply(column), column));
    Map<String, String> unified = new HashMap<>();
    for (T column : theirs) {
      T same = added.get(name.apply(column));
      if (!before.containsKey(id.apply(column)) && same != null) {
        unified.put(id.apply(column), id.apply(same));
      }
    }
    return unified;
  }

  private ColumnDefinition column(
      Place place, ColumnDefinition base, ColumnDefinition ours, ColumnDefinition theirs) {
    return new ColumnDefinition(
        ours.id(),
        merge.text(place.of("name"), base == null ? null : base.name(), ours.name(), theirs.name()),
        merge.type(place.of("type"), base == null ? null : base.type(), ours.type(), theirs.type()),
        nullable(place, base, ours, theirs),
        fact(
            place.of("default"),
            base,
            ours,
            theirs,
            ColumnDefinition::defaultValue,
            text -> Optional.of(new ColumnDefault(text, DefaultKind.EXPRESSION, false))),
        fact(
            place.of("generated"),
            base,
            ours,
            theirs,
            ColumnDefinition::generated,
            _ -> Optional.empty()),
        fact(
            place.of("identity"),
            base,
            ours,
            theirs,
            ColumnDefinition::identity,
            _ -> Optional.empty()),
        fact(place.of("collation"), base, ours, theirs, ColumnDefinition::collation, Optional::of),
        fact(place.of("comment"), base, ours, theirs, ColumnDefinition::comment, Optional::of));
  }

  private boolean nullable(
      Place place, ColumnDefinition base, ColumnDefinition ours, ColumnDefinition theirs) {
    return merge.value(
        place.of("nullable"),
        base == null ? null : base.nullable(),
        ours.nullable(),
        theirs.nullable());
  }

  private <T> T fact(
      Place place,
      ColumnDefinition base,
      ColumnDefinition ours,
      ColumnDefinition theirs,
      Function<ColumnDefinition, T> fact,
      Function<String, Optional<T>> custom) {
    T left = fact.apply(ours);
    T right = fact.apply(theirs);
    if (base == null) {
      // neither is the other's older version
      return left == null
          ? right
          : right == null || left.equals(right)
              ? left
              : merge.value(SchemaConflictType.SCHEMA_SCHEMA, place, null, left, right, custom);
    }
    return merge.value(
        SchemaConflictType.SCHEMA_SCHEMA, place, fact.apply(base), left, right, custom);
  }

  static ColumnDefinition withId(ColumnDefinition column, String id) {
    return id.equals(column.id())
        ? column
        : new ColumnDefinition(
            id,
            column.name(),
            column.type(),
            column.nullable(),
            column.defaultValue(),
            column.generated(),
            column.identity(),
            column.collation(),
            column.comment());
  }
}
