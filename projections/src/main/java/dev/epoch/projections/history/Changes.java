package dev.epoch.projections.history;

import dev.epoch.events.table.FormerTable;
import dev.epoch.events.table.TableEntry;
import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What a record tells of a commit's tables.
 *
 * @param tables that differ from the first parent, by name
 * @param tablesAdded how many more tables there are than in the first parent
 * @param recordsAdded how many more records there are
 */
record Changes(List<TableChange> tables, int tablesAdded, long recordsAdded) {

  static Changes of(
      List<TableEntry> changed, List<String> removed, Map<String, FormerTable> former) {
    List<TableChange> tables = new ArrayList<>();
    int added = 0;
    long records = 0;
    for (TableEntry entry : changed) {
      FormerTable before = former.get(entry.name());
      added += before == null ? 1 : 0;
      records += entry.rowCount() - (before == null ? 0 : before.rowCount());
      tables.add(
          new TableChange(
              entry.name(),
              entry.inserted(),
              entry.updated(),
              entry.deleted(),
              before == null || before.schemaHash() != null,
              before == null ? "added" : "modified"));
    }
    for (String name : removed) {
      long gone = former.containsKey(name) ? former.get(name).rowCount() : 0;
      added--;
      records -= gone;
      tables.add(new TableChange(name, 0, 0, gone, true, "removed"));
    }
    tables.sort(Comparator.comparing(TableChange::table));
    return new Changes(tables, added, records);
  }

  JsonArray toJson() {
    JsonArray all = new JsonArray();
    tables.forEach(table -> all.add(table.toJson()));
    return all;
  }
}
