package dev.epoch.gateway.operation;

import dev.epoch.storage.Capabilities.Transactions;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.TableOperation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What one local transaction does of an operation. It is applied, settled and undone by itself, and
 * has an id of its own where a database has several parts.
 */
record OperationPart(StorageAdapter adapter, Operation operation) {

  /** The parts of what happens in one database, which depend on what it declares alone. */
  static List<OperationPart> of(StorageAdapter adapter, Operation whole) {
    if (adapter.capabilities().transactions() == Transactions.ALL_TABLES) {
      return List.of(new OperationPart(adapter, whole));
    }
    Set<String> tables = new LinkedHashSet<>();
    whole.tables().forEach(table -> tables.add(id(table)));
    whole.live().forEach(table -> tables.add(table.table().id()));
    List<OperationPart> parts = new ArrayList<>();
    for (String table : tables) {
      parts.add(
          new OperationPart(
              adapter,
              new Operation(
                  whole.id().of(table),
                  whole.branch(),
                  whole.tables().stream().filter(each -> id(each).equals(table)).toList(),
                  whole.live().stream().filter(each -> each.table().id().equals(table)).toList(),
                  whole.checks(),
                  whole.role())));
    }
    return parts;
  }

  private static String id(TableOperation table) {
    return table.table().table().id();
  }

  OperationPart with(List<Operation.Check> checks) {
    return new OperationPart(adapter, operation.withChecks(checks));
  }

  /** Whether it is about a table. */
  boolean has(String table) {
    return operation.tables().stream().anyMatch(each -> id(each).equals(table))
        || operation.live().stream().anyMatch(each -> each.table().id().equals(table));
  }
}
