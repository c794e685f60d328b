package dev.epoch.storage.postgres.operation;

import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.postgres.catalog.BranchShapes;
import dev.epoch.storage.postgres.catalog.TableShape;
import dev.epoch.storage.postgres.catalog.TableShapes;
import dev.epoch.storage.postgres.connection.ShapeMovedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Operations as the database takes them: tables under the names that they have now, and what
 * sessions have made of open tables.
 */
public final class PhysicalOperations {
  private final TableShapes shapes;
  private final BranchShapes branchShapes;
  private final BiPredicate<BranchHandle, String> knownLayered;

  /**
   * @param knownLayered whether a table, by id, had no open table on the branch when that was last
   *     known
   */
  public PhysicalOperations(
      TableShapes shapes,
      BranchShapes branchShapes,
      BiPredicate<BranchHandle, String> knownLayered) {
    this.shapes = shapes;
    this.branchShapes = branchShapes;
    this.knownLayered = knownLayered;
  }

  /** What a branch's open tables are like, as far as the operation commits them. */
  public OpenSchemas opened(Operation operation, boolean commits) {
    if (operation.branch().isDefault()) {
      return OpenSchemas.NONE;
    }
    List<BranchTable> tables = operation.tables().stream().map(TableOperation::table).toList();
    Map<String, TableSchema> altered = new HashMap<>();
    Map<String, String> versions = new HashMap<>();
    Set<String> layered = new HashSet<>();
    if (commits) {
      requireSchemasCommitted(operation);
      List<BranchTable> looked = new ArrayList<>();
      for (TableOperation part : operation.tables()) {
        if (part instanceof Operation.CommitWorkingSet commit) {
          String id = commit.table().table().id();
          if (knownLayered.test(operation.branch(), id)) {
            layered.add(id);
          } else {
            looked.add(commit.table());
          }
        }
      }
      altered.putAll(
          BranchShapes.schemas(branchShapes.altered(operation.branch(), looked), tables));
      versions.putAll(branchShapes.versions(operation.branch(), tables));
    }
    Map<String, String> definitions = new HashMap<>();
    for (TableOperation part : operation.tables()) {
      TableHandle table = part.table().table();
      shapes.physical(table);
      TableSchema after = altered.getOrDefault(table.id(), table.schema());
      definitions.put(table.id(), definition(table.with(after), true));
    }
    return new OpenSchemas(versions, altered, layered, definitions);
  }

  /** What sessions have made of tables that others give another schema would be lost. */
  private void requireSchemasCommitted(Operation operation) {
    List<BranchTable> written =
        operation.tables().stream()
            .filter(part -> !(part instanceof Operation.CommitWorkingSet))
            .map(TableOperation::table)
            .toList();
    Set<String> changed = branchShapes.changed(operation.branch(), written).keySet();
    if (!changed.isEmpty()) {
      throw PendingChangesException.ofSchemas(
          written.stream()
              .map(BranchTable::table)
              .filter(table -> changed.contains(table.id()))
              .map(TableHandle::name)
              .sorted()
              .toList(),
          operation.branch().name());
    }
  }

  /**
   * See {@code epoch.show_columns}.
   *
   * @param given whether somebody has given the branch this schema, which it may also have because
   *     the live table has got another one since
   */
  public String definition(TableHandle table, boolean given) {
    if (table.schema().appendOnly()) {
      return null;
    }
    Optional<TableShape> shape = shapes.known(table);
    if (shape.isEmpty()) {
      return "";
    }
    if (shape.get().isOwn(table.schema())
        || shape.get().differsInColumns(table.schema())
        || given && shape.get().differsBesideColumns(table.schema())) {
      return BranchShapes.definition(table.schema());
    }
    return shape.get().differsBesideColumns(table.schema()) ? "" : null;
  }

  /** What {@link #definition} judges by; null where that is not known. */
  public String judgedBy(TableHandle table) {
    return table.schema().appendOnly()
        ? null
        : shapes.known(table).map(TableShape::columnsTold).orElse(null);
  }

  /** On the default branch, tables are as they are now. */
  public Operation physical(Operation operation, OpenSchemas opened) {
    boolean live = operation.branch().isDefault();
    return new Operation(
        operation.id(),
        operation.branch(),
        operation.tables().stream().map(table -> physical(altered(table, opened), live)).toList(),
        operation.live().stream().map(table -> physical(table, live)).toList(),
        operation.checks(),
        operation.role());
  }

  private static TableOperation altered(TableOperation operation, OpenSchemas opened) {
    BranchTable table = operation.table();
    TableSchema schema = opened.altered().get(table.table().id());
    return schema == null
        ? operation
        : new Operation.CommitWorkingSet(new BranchTable(table.table().with(schema), table.head()));
  }

  private TableOperation physical(TableOperation operation, boolean live) {
    return switch (operation) {
      case Operation.CommitWorkingSet commit ->
          new Operation.CommitWorkingSet(physical(commit.table(), live));
      case Operation.MergeRows merge -> merge.at(physical(merge.table(), live));
      case Operation.Repoint repoint ->
          new Operation.Repoint(physical(repoint.table(), live), repoint.to(), repoint.step());
      case Operation.Drop drop ->
          new Operation.Drop(physical(drop.table(), live), drop.whateverWritten());
    };
  }

  private BranchTable physical(BranchTable table, boolean live) {
    TableHandle physical = shapes.physical(table.table());
    return new BranchTable(
        live
            ? shapes
                .known(table.table())
                .map(shape -> physical.with(shape.schema()))
                .orElse(physical)
            : physical,
        table.head());
  }

  /** Rows that were planned for a live table of another schema are planned anew. */
  public static void requireFitting(Operation physical, Map<String, PlannedRows> rows) {
    for (TableOperation table : physical.tables()) {
      PlannedRows planned = rows.get(table.table().table().id());
      if (physical.branch().isDefault()
          && planned != null
          && planned
              .plannedFor()
              .filter(schema -> !schema.equals(table.table().table().schema()))
              .isPresent()) {
        throw new ShapeMovedException(List.of(table.table().table()));
      }
    }
  }

  /** The schemas that the operation's caller says, by table id. */
  public static Map<String, TableSchema> recorded(Operation operation) {
    Map<String, TableSchema> recorded = new HashMap<>();
    operation
        .tables()
        .forEach(table -> recorded.put(table.table().table().id(), table.table().table().schema()));
    operation.live().forEach(table -> recorded.put(table.table().id(), table.table().schema()));
    return recorded;
  }
}
