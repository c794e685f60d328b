package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tables, states, queries and writes under the names that the live table has now, where callers say
 * those of the commit that they mean.
 */
public final class PhysicalTables {
  private final TableShapes shapes;

  public PhysicalTables(TableShapes shapes) {
    this.shapes = shapes;
  }

  public TableHandle physical(TableHandle table) {
    return shapes.physical(table);
  }

  public TableState physical(TableState state) {
    return state instanceof TableState.Another another
        ? new TableState.Another(shapes.physical(another.table()), physical(another.state()))
        : state;
  }

  public BranchTable physical(BranchTable table) {
    return new BranchTable(shapes.physical(table.table()), table.head());
  }

  public List<BranchTable> physical(Collection<BranchTable> tables) {
    return tables.stream().map(this::physical).toList();
  }

  /** Schemas of live tables that are not those of the handles, by table id. */
  public Map<String, TableSchema> changed(Collection<BranchTable> tables) {
    Map<String, TableSchema> changed = new HashMap<>();
    for (BranchTable table : tables) {
      shapes
          .known(table.table())
          .map(TableShape::schema)
          .filter(schema -> !schema.equals(table.table().schema()))
          .ifPresent(schema -> changed.put(table.table().id(), schema));
    }
    return changed;
  }

  /** Ids of live tables whose changes may not have been captured. */
  public List<String> uncaptured(Collection<BranchTable> tables) {
    return tables.stream()
        .map(BranchTable::table)
        .filter(table -> shapes.known(table).flatMap(TableShape::uncaptured).isPresent())
        .map(TableHandle::id)
        .toList();
  }

  /** Conditions under the names of the physical table. */
  public static RowQuery renamed(RowQuery query, TableHandle table, TableHandle physical) {
    if (physical == table || query.where().isEmpty()) {
      return query;
    }
    Map<String, String> where = new LinkedHashMap<>();
    query
        .where()
        .forEach((name, value) -> {
          int i = table.schema().indexOf(name);
          where.put(i < 0 ? name : physical.schema().columns().get(i).name(), value);
        });
    return new RowQuery(query.after(), where, query.limit(), query.ordered());
  }

  /** Records under the names of the physical table. */
  public static List<RowWrite> renamed(
      List<RowWrite> writes, TableHandle table, TableHandle physical) {
    if (physical == table) {
      return writes;
    }
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < table.schema().columns().size(); i++) {
      names.put(table.schema().columns().get(i).name(), physical.schema().columns().get(i).name());
    }
    return writes.stream().map(write -> write.renamed(names)).toList();
  }
}
