package dev.epoch.storage.operation;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.RowChange;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an operation did in one database.
 *
 * @param locations by table id: where the committed rows of the branch are now. A table whose net
 *     change is empty keeps its former location.
 * @param live by table id: where the rows were after live changes had been committed first; tables
 *     without any are left out
 * @param committed by table id: all rows that a commit of the working set changed, where they are
 *     so few that the database told them at once. Who needs those of another table reads them. What
 *     the database remembers of an operation does not have them.
 * @param schemas by table id: of tables of the default branch, what the operation found their
 *     schema to be where that is not the one of their handle; rows of {@code committed} are of this
 *     one
 * @param altered by table id: of live tables that the operation gave another schema, which
 * @param dropped ids of tables that clients had dropped on the branch: they are committed as gone,
 *     and are in none of the maps
 */
public record OperationResult(
    Map<String, RowsLocation> locations,
    Map<String, RowsLocation> live,
    Map<String, List<RowChange>> committed,
    Map<String, TableSchema> schemas,
    Map<String, TableSchema> altered,
    Set<String> dropped) {
  public OperationResult {
    locations = Map.copyOf(locations);
    live = Map.copyOf(live);
    committed = Map.copyOf(committed);
    schemas = Map.copyOf(schemas);
    altered = Map.copyOf(altered);
    dropped = Set.copyOf(dropped);
  }

  public OperationResult(Map<String, RowsLocation> locations) {
    this(locations, Map.of(), Map.of(), Map.of(), Map.of(), Set.of());
  }

  /** Without changes of schemas. */
  public OperationResult(
      Map<String, RowsLocation> locations,
      Map<String, RowsLocation> live,
      Map<String, List<RowChange>> committed) {
    this(locations, live, committed, Map.of(), Map.of(), Set.of());
  }

  /** Without altered tables. */
  public OperationResult(
      Map<String, RowsLocation> locations,
      Map<String, RowsLocation> live,
      Map<String, List<RowChange>> committed,
      Map<String, TableSchema> schemas) {
    this(locations, live, committed, schemas, Map.of(), Set.of());
  }
}
