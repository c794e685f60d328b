package dev.epoch.gateway.operation;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CheckState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.storage.Capabilities.Transactions;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.CheckFailedException;
import dev.epoch.storage.operation.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which checks of a repository run in which database of an operation. */
final class OperationChecks {
  /** Rows of a failure that are told and remembered. */
  static final int TOLD_ROWS = 10;

  /** A check holds the locks of the operation: applications may wait for it. */
  static final Duration LONGEST = Duration.ofSeconds(10);

  private final Backends backends;

  OperationChecks(Backends backends) {
    this.backends = backends;
  }

  /**
   * The same parts with their checks.
   *
   * @throws CheckFailedException if one of them names tables of several databases, of one whose
   *     transactions reach one table alone, or of one that runs no queries
   */
  List<OperationPart> with(
      RepositoryState state, OperationState operation, ChangeKind kind, List<OperationPart> parts) {
    BranchState branch = state.branches().byId().get(operation.branchId());
    List<CheckState> checks =
        state.profile().checks().values().stream()
            .filter(check -> kind.asks(check, branch.name()))
            .sorted(Comparator.comparing(CheckState::name))
            .toList();
    if (checks.isEmpty()) {
      return parts;
    }
    Map<StorageAdapter, List<BranchTable>> tables =
        backends.byAdapter(state, Backends.tables(state, branch), BranchTable::table);
    parts.forEach(part -> addNew(tables.get(part.adapter()), part.operation()));
    Map<OperationPart, List<Operation.Check>> chosen = new IdentityHashMap<>();
    for (CheckState check : checks) {
      StorageAdapter adapter = database(check, tables);
      List<OperationPart> there =
          parts.stream().filter(part -> part.adapter().equals(adapter)).toList();
      if (!there.isEmpty()) {
        requireQueries(adapter, check);
        part(check, there, tables.get(adapter))
            .ifPresent(part ->
                chosen
                    .computeIfAbsent(part, _ -> new ArrayList<>())
                    .add(physical(check, tables.get(adapter))));
      }
    }
    return parts.stream()
        .map(part -> chosen.containsKey(part) ? part.with(chosen.get(part)) : part)
        .toList();
  }

  /** The part in which a check is run; none where the one table that it names does not change. */
  private static Optional<OperationPart> part(
      CheckState check, List<OperationPart> parts, List<BranchTable> tables) {
    StorageAdapter adapter = parts.getFirst().adapter();
    if (adapter.capabilities().transactions() == Transactions.ALL_TABLES) {
      return Optional.of(parts.getFirst());
    }
    List<BranchTable> named =
        tables.stream().filter(table -> names(check, table.table().name())).toList();
    if (named.size() > 1) {
      throw CheckFailedException.notRun(
          check.name(), "the storage has no transactions over several tables", null);
    }
    return parts.stream()
        .filter(part -> named.isEmpty() || part.has(named.getFirst().table().id()))
        .findFirst();
  }

  private static boolean names(CheckState check, String table) {
    return check.sql().toLowerCase(Locale.ROOT).contains(table.toLowerCase(Locale.ROOT));
  }

  /** Tables that come to the branch with the operation. */
  private static void addNew(List<BranchTable> tables, Operation part) {
    if (tables == null) {
      return;
    }
    Set<String> known = tables.stream().map(t -> t.table().id()).collect(Collectors.toSet());
    part.tables().stream()
        .map(Operation.TableOperation::table)
        .filter(table -> known.add(table.table().id()))
        .forEach(tables::add);
  }

  private static Operation.Check physical(CheckState check, List<BranchTable> tables) {
    return new Operation.Check(
        check.name(),
        check.sql(),
        tables,
        tables.stream()
            .map(BranchTable::table)
            .filter(table -> check.watches(table.name()))
            .map(table -> table.id())
            .collect(Collectors.toSet()),
        TOLD_ROWS,
        LONGEST);
  }

  /** With several databases, the one whose tables the query names. */
  private static StorageAdapter database(
      CheckState check, Map<StorageAdapter, List<BranchTable>> tables) {
    if (tables.size() == 1) {
      return tables.keySet().iterator().next();
    }
    List<StorageAdapter> named =
        tables.entrySet().stream()
            .filter(database ->
                database.getValue().stream().anyMatch(table -> names(check, table.table().name())))
            .map(Map.Entry::getKey)
            .toList();
    if (named.size() > 1) {
      throw CheckFailedException.notRun(
          check.name(), "it joins tables of different databases", null);
    }
    return named.isEmpty() ? null : named.getFirst();
  }

  private static void requireQueries(StorageAdapter adapter, CheckState check) {
    if (adapter.queries().isEmpty()) {
      throw CheckFailedException.notRun(
          check.name(), "the storage of these tables runs no queries", null);
    }
  }
}
