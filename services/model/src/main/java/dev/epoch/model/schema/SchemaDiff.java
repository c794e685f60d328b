package dev.epoch.model.schema;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.TableSchema;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * What changed between two schemas of one table. Columns are the same by their id, so a renamed
 * column is modified, not removed and added; constraints and indexes are the same by their name.
 *
 * @param changes columns, then the key, constraints, indexes; in each: removed, modified, added
 */
public record SchemaDiff(List<SchemaChange> changes) {
  public SchemaDiff {
    changes = List.copyOf(changes);
  }

  public static SchemaDiff between(TableSchema before, TableSchema after) {
    List<SchemaChange> changes = new ArrayList<>();
    compare(
        before.columns(),
        withSameDomains(before, after),
        Column::id,
        SchemaChange.ColumnRemoved::new,
        SchemaChange.ColumnModified::new,
        SchemaChange.ColumnAdded::new,
        changes);
    compareOrder(before, after, changes);
    if (!before.primaryKey().equals(after.primaryKey())) {
      changes.add(new SchemaChange.PrimaryKeyChanged(before.primaryKey(), after.primaryKey()));
    }
    compare(
        before.constraints(),
        after.constraints(),
        Constraint::name,
        SchemaChange.ConstraintRemoved::new,
        SchemaChange.ConstraintModified::new,
        SchemaChange.ConstraintAdded::new,
        changes);
    compare(
        before.indexes(),
        after.indexes(),
        Index::name,
        SchemaChange.IndexRemoved::new,
        SchemaChange.IndexModified::new,
        SchemaChange.IndexAdded::new,
        changes);
    return new SchemaDiff(changes);
  }

  /** A domain that all branches find is the one that a branch has made, and told the rules of. */
  private static List<Column> withSameDomains(TableSchema before, TableSchema after) {
    Map<String, Column> former = byIdentity(before.columns(), Column::id);
    return after.columns().stream()
        .map(column ->
            former.containsKey(column.id())
                    && former.get(column.id()).type().isToldLess(column.type())
                ? column.withType(former.get(column.id()).type())
                : column)
        .toList();
  }

  public boolean isEmpty() {
    return changes.isEmpty();
  }

  private static <T> void compare(
      Collection<T> before,
      Collection<T> after,
      Function<T, String> identity,
      Function<T, SchemaChange> removed,
      BiFunction<T, T, SchemaChange> modified,
      Function<T, SchemaChange> added,
      List<SchemaChange> changes) {
    Map<String, T> old = byIdentity(before, identity);
    Map<String, T> now = byIdentity(after, identity);
    old.forEach((id, part) -> {
      if (!now.containsKey(id)) {
        changes.add(removed.apply(part));
      }
    });
    old.forEach((id, part) -> {
      if (now.containsKey(id) && !now.get(id).equals(part)) {
        changes.add(modified.apply(part, now.get(id)));
      }
    });
    now.forEach((id, part) -> {
      if (!old.containsKey(id)) {
        changes.add(added.apply(part));
      }
    });
  }

  private static void compareOrder(
      TableSchema before, TableSchema after, List<SchemaChange> changes) {
    List<String> old = ids(before);
    List<String> now = ids(after);
    List<String> oldCommon = old.stream().filter(now::contains).toList();
    List<String> nowCommon = now.stream().filter(old::contains).toList();
    if (!oldCommon.equals(nowCommon)) {
      changes.add(new SchemaChange.ColumnsReordered(oldCommon, nowCommon));
    }
  }

  private static List<String> ids(TableSchema schema) {
    return schema.columns().stream().map(Column::id).toList();
  }

  private static <T> Map<String, T> byIdentity(Collection<T> parts, Function<T, String> identity) {
    Map<String, T> map = new LinkedHashMap<>();
    parts.forEach(part -> map.put(identity.apply(part), part));
    return map;
  }
}
