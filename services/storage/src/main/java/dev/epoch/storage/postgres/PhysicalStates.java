package dev.epoch.storage.postgres;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.postgres.catalog.BranchShapes;
import dev.epoch.storage.postgres.catalog.PhysicalTables;
import dev.epoch.storage.postgres.catalog.SchemaUpgrade;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.catalog.TableShapes;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.PostgresStateReader;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.StateReader;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * States of tables, read under the names and with the columns that the relations have now; what is
 * answered has those of the state.
 */
final class PhysicalStates implements StateReader {
  private final TableShapes shapes;
  private final PhysicalTables tables;
  private final BranchShapes branchShapes;
  private final SchemaUpgrade upgrade;
  private final PostgresStateReader reader;

  PhysicalStates(
      TableShapes shapes,
      PhysicalTables tables,
      BranchShapes branchShapes,
      SchemaUpgrade upgrade,
      PostgresStateReader reader) {
    this.shapes = shapes;
    this.tables = tables;
    this.branchShapes = branchShapes;
    this.upgrade = upgrade;
    this.reader = reader;
  }

  @Override
  public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
    upgrade.settle();
    return shapes.settled(
        List.of(table),
        () -> {
          TableHandle physical = tables.physical(table);
          return reader.rows(
              physical,
              this.tables.physical(state),
              PhysicalTables.renamed(query, table, physical));
        });
  }

  @Override
  public Optional<Row> row(TableHandle table, TableState state, RowKey key) {
    return shapes.settled(
        List.of(table),
        () -> {
          ReadOnce read = ReadOnce.of(shapes.physical(table));
          return reader.row(read.table(), this.tables.physical(state), key).map(read::row);
        });
  }

  @Override
  public RowStream<RowChange> changes(
      TableHandle table, TableState from, TableState to, ChangeQuery query) {
    return shapes.settled(
        List.of(table),
        () -> {
          ReadOnce read = ReadOnce.of(shapes.physical(table));
          return read.changes(
              reader.changes(
                  read.table(), this.tables.physical(from), this.tables.physical(to), query));
        });
  }

  @Override
  public RowStream<ThreeWayRow> threeWay(
      TableHandle table, TableState base, TableState ours, TableState theirs) {
    return shapes.settled(
        List.of(table),
        () -> {
          ReadOnce read = ReadOnce.of(shapes.physical(table));
          return read.threeWay(
              reader.threeWay(
                  read.table(),
                  this.tables.physical(base),
                  this.tables.physical(ours),
                  this.tables.physical(theirs)));
        });
  }

  /** {@link dev.epoch.storage.postgres.query.StateSelect} under the names that the state has. */
  String select(Session session, TableHandle table, TableState state, boolean repeated) {
    TableHandle physical = tables.physical(table);
    if (state instanceof TableState.Difference(TableState from, TableState to)) {
      return reader.difference(
          session,
          physical,
          this.tables.physical(from),
          this.tables.physical(to),
          table.schema().columns().stream().map(Column::name).toList());
    }
    String select = reader.select(session, physical, this.tables.physical(state), repeated);
    TableColumns typed = TableColumns.ofState(physical.schema(), shapes.known(table).orElse(null));
    if (physical == table && !typed.isAltered()) {
      return select;
    }
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < table.schema().columns().size(); i++) {
      String name = Quote.identifier(physical.schema().columns().get(i).name());
      columns.add(
          "%s AS %s"
              .formatted(
                  typed.typed(name, "x." + name),
                  Quote.identifier(table.schema().columns().get(i).name())));
    }
    return "SELECT %s FROM (%s) x".formatted(String.join(", ", columns), select);
  }

  @Override
  public Set<String> touched(BranchHandle branch, Collection<BranchTable> tables) {
    return shapes.settled(
        tables.stream().map(BranchTable::table).toList(),
        () -> {
          Set<String> touched = new HashSet<>(reader.touched(branch, this.tables.physical(tables)));
          if (branch.isDefault()) {
            touched.addAll(this.tables.changed(tables).keySet());
            touched.addAll(this.tables.uncaptured(tables));
          } else {
            BranchShapes.Found found = branchShapes.found(branch, tables);
            touched.addAll(found.altered(tables).keySet());
            touched.addAll(found.dropped());
            touched.addAll(branchShapes.uncaptured(branch, tables));
          }
          return touched;
        });
  }

  /** As {@link dev.epoch.storage.TableStore} has it. */
  Map<String, TableSchema> schemas(BranchHandle branch, Collection<BranchTable> tables) {
    if (tables.isEmpty()) {
      return Map.of();
    }
    if (!branch.isDefault()) {
      return shapes.settled(
          tables.stream().map(BranchTable::table).toList(),
          () -> BranchShapes.schemas(branchShapes.altered(branch, tables), tables));
    }
    return shapes.settled(() -> {
      reader.requireKnown(this.tables.physical(tables).stream().map(BranchTable::table).toList());
      return this.tables.changed(tables);
    });
  }

  /** The table with the schema that it has on the branch now. */
  BranchTable working(BranchHandle branch, BranchTable table) {
    TableSchema now = schemas(branch, List.of(table)).get(table.table().id());
    return now == null ? table : new BranchTable(table.table().with(now), table.head());
  }

  /** As {@link dev.epoch.storage.TableStore} has it. */
  Set<String> lost(TableHandle table) {
    shapes.physical(table);
    return shapes
        .known(table)
        .map(shape -> Set.copyOf(shape.lost(table.schema())))
        .orElse(Set.of());
  }

  @Override
  public Map<String, PendingChanges> pending(BranchHandle branch, Collection<BranchTable> tables) {
    return shapes.settled(
        tables.stream().map(BranchTable::table).toList(),
        () -> {
          Map<String, TableSchema> altered =
              BranchShapes.schemas(branchShapes.altered(branch, tables), tables);
          return reader.pending(
              branch,
              this.tables.physical(
                  tables.stream()
                      .map(table ->
                          altered.containsKey(table.table().id())
                              ? new BranchTable(
                                  table.table().with(altered.get(table.table().id())), table.head())
                              : table)
                      .toList()));
        });
  }
}
