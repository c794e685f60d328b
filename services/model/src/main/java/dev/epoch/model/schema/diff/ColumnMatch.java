package dev.epoch.model.schema.diff;

import dev.epoch.model.schema.object.ColumnDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Which columns of two tables are the same: those of one id, and of the rest those of one name. */
final class ColumnMatch {
  private ColumnMatch() {}

  static List<PartChange.OfColumn> changes(
      List<ColumnDefinition> before, List<ColumnDefinition> after) {
    Map<String, ColumnDefinition> unmatched = new HashMap<>();
    Map<String, ColumnDefinition> byId = new HashMap<>();
    for (ColumnDefinition column : before) {
      unmatched.put(column.name(), column);
      byId.put(column.id(), column);
    }
    Map<String, ColumnDefinition> former = new HashMap<>();
    for (ColumnDefinition column : after) {
      ColumnDefinition same = byId.get(column.id());
      if (same != null && unmatched.remove(same.name()) != null) {
        former.put(column.name(), same);
      }
    }
    for (ColumnDefinition column : after) {
      if (!former.containsKey(column.name())) {
        ColumnDefinition same = unmatched.remove(column.name());
        if (same != null) {
          former.put(column.name(), same);
        }
      }
    }
    List<PartChange.OfColumn> changes = new ArrayList<>();
    unmatched.values().forEach(gone -> changes.add(new PartChange.OfColumn(gone, null)));
    for (ColumnDefinition column : after) {
      ColumnDefinition same = former.get(column.name());
      if (same == null || !sameFacts(same, column)) {
        changes.add(new PartChange.OfColumn(same, column));
      }
    }
    changes.sort(Comparator.comparing(PartChange.OfColumn::name));
    return changes;
  }

  private static boolean sameFacts(ColumnDefinition before, ColumnDefinition after) {
    return before.name().equals(after.name())
        && before.type().equals(after.type())
        && before.nullable() == after.nullable()
        && Objects.equals(before.defaultValue(), after.defaultValue())
        && Objects.equals(before.generated(), after.generated())
        && Objects.equals(before.identity(), after.identity())
        && Objects.equals(before.collation(), after.collation())
        && Objects.equals(before.comment(), after.comment());
  }
}
