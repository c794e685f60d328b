package dev.epoch.storage.postgres.operation;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.Drop;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.Repoint;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.postgres.capture.WorkingSetProbes;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.ShapeMovedException;
import dev.epoch.storage.postgres.state.BranchPlacement;
import dev.epoch.storage.postgres.state.StateResolver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The locks of an operation, in the order that writers and other operations take theirs; what is
 * read behind them stays true until the transaction ends.
 */
final class OperationLocks {
  private final Session session;
  private final StateResolver resolver;
  private final LockRetries retries;
  private final Operation operation;
  private final OpenSchemas opened;
  private final BranchPlaces places;

  OperationLocks(
      Session session,
      StateResolver resolver,
      LockRetries retries,
      Operation operation,
      OpenSchemas opened,
      BranchPlaces places) {
    this.session = session;
    this.resolver = resolver;
    this.retries = retries;
    this.operation = operation;
    this.opened = opened;
    this.places = places;
  }

  /**
   * What was locked.
   *
   * @param tables to work on
   * @param dropped ids of tables that clients have dropped on the branch, which a commit takes
   * @param placed whether the tables' places are looked for under their locks
   */
  record Locked(List<OperationTable> tables, Set<String> dropped, boolean placed) {}

  /**
   * Takes all locks, in the order of table ids; what is read afterwards stays true.
   *
   * @return the tables to work on, and what was found about them
   */
  Locked take() {
    BranchHandle branch = operation.branch();
    List<TableOperation> ordered =
        operation.tables().stream()
            .sorted(Comparator.comparing((TableOperation t) -> t.table().table().id()))
            .toList();
    if (!branch.isDefault()) {
      for (TableOperation table : ordered) {
        places.bringBack(table);
        if (table instanceof MergeRows) {
          session.list(
              "SELECT epoch.ensure_overlay($1, $2)::text",
              row -> row,
              branch.id(),
              table.table().table().id());
        } else if (table instanceof Repoint repoint) {
          places.bring(repoint);
        }
      }
    }
    List<String> ids = ordered.stream().map(t -> t.table().table().id()).toList();
    boolean commitsOnly = ordered.stream().allMatch(CommitWorkingSet.class::isInstance);
    Collection<TableHandle> handles =
        Stream.concat(
                ordered.stream().map(t -> t.table().table()),
                operation.live().stream().map(BranchTable::table))
            .distinct()
            .toList();
    Runnable fitting =
        commitsOnly
            ? resolver.assumeShape(session, handles)
            : resolver.checkShape(session, handles);
    Map<String, BranchPlacement> layered = commitsOnly ? layered(ids) : Map.of();
    Map<String, BranchPlacement> placements =
        layered.isEmpty() ? placements(ids, commitsOnly) : layered;
    fitting.run();
    List<OperationTable> tables = new ArrayList<>();
    for (TableOperation table : ordered) {
      tables.add(find(table, placements));
    }
    Set<String> dropped = Set.copyOf(places.commitDrops(tables));
    tables.removeIf(table -> dropped.contains(table.id()));
    if (!layered.isEmpty()) {
      lockWorkingSets(tables);
      resolver.assumePlacement(session, branch, ids.getFirst(), layered);
      return new Locked(tables, dropped, true);
    }
    if (commitsOnly) {
      return new Locked(
          tables.size() == 1 ? lockWorkingSets(tables) : takeTouched(tables), dropped, false);
    }
    StringBuilder locks = new StringBuilder(retries.setting());
    for (OperationTable table : tables) {
      if (LiveAlterations.step(table) != null
          || branch.isDefault() && table.operation() instanceof Drop) {
        // at once: whoever waits for a stronger lock later waits for those that wait for this one
        locks
            .append("; LOCK TABLE ")
            .append(table.live().rows())
            .append(" IN ACCESS EXCLUSIVE MODE");
      } else if (branch.isDefault() && table.operation() instanceof MergeRows) {
        usersTable(table).ifPresent(users -> addLock(locks, users));
        addLock(locks, table.live().rows());
      }
      if (table.writtenSet() != null) {
        addLock(locks, table.writtenSet());
      }
    }
    session.run(locks.toString());
    places.requireUnwritten(tables);
    return new Locked(tables, dropped, false);
  }

  /** The place of a single table that is known to be in layers alone, else nothing. */
  private Map<String, BranchPlacement> layered(List<String> tables) {
    return tables.size() == 1 && resolver.isKnownLayered(operation.branch(), tables.getFirst())
        ? resolver.knownPlacement(operation.branch(), tables.getFirst())
        : Map.of();
  }

  private Map<String, BranchPlacement> placements(List<String> tables, boolean commitsOnly) {
    BranchHandle branch = operation.branch();
    if (branch.isDefault()) {
      return Map.of();
    }
    if (!commitsOnly) {
      return resolver.lockPlacements(session, branch, tables);
    }
    return tables.size() == 1
        ? resolver.findPlacement(session, branch, tables.getFirst())
        : resolver.placements(session, branch, tables);
  }

  private List<OperationTable> lockWorkingSets(List<OperationTable> tables) {
    List<String> locks = new ArrayList<>();
    for (OperationTable table : tables) {
      if (table.writtenSet() != null) {
        locks.add("LOCK TABLE " + table.writtenSet() + " IN SHARE ROW EXCLUSIVE MODE");
      }
    }
    if (!locks.isEmpty()) {
      session.send(String.join("; ", locks));
    }
    return tables;
  }

  /**
   * Locks the working sets that have entries, and those of altered tables, and looks again: a
   * transaction that wrote one of them and was waited for, or was committed meanwhile, may have
   * written others too, and may have made overlays for it.
   */
  private List<OperationTable> takeTouched(List<OperationTable> tables) {
    Map<String, OperationTable> left = new LinkedHashMap<>();
    tables.forEach(table -> left.put(table.id(), table));
    return takeTouched(left);
  }

  /** The same of other tables, by id; those that were locked leave the map. */
  List<OperationTable> takeTouched(Map<String, OperationTable> left) {
    List<OperationTable> locked = new ArrayList<>();
    while (true) {
      Map<String, String> workingSets = new LinkedHashMap<>();
      for (OperationTable table : left.values()) {
        if (table.writtenSet() != null) {
          workingSets.put(table.id(), table.writtenSet());
        }
      }
      Set<String> touched = new HashSet<>(WorkingSetProbes.touched(session, workingSets));
      // sessions may have altered a table without a row that is another then
      left.keySet().stream().filter(opened.altered()::containsKey).forEach(touched::add);
      if (touched.isEmpty()) {
        return locked;
      }
      locked.addAll(
          lockWorkingSets(
              left.values().stream().filter(table -> touched.contains(table.id())).toList()));
      left.keySet().removeAll(touched);
      findNewOverlays(left);
    }
  }

  private void findNewOverlays(Map<String, OperationTable> tables) {
    List<String> without =
        tables.values().stream()
            .filter(table -> table.workingSet() == null)
            .map(OperationTable::id)
            .toList();
    if (without.isEmpty()) {
      return;
    }
    Map<String, BranchPlacement> placements =
        resolver.placements(session, operation.branch(), without);
    for (String id : without) {
      tables.put(id, find(tables.get(id).operation(), placements));
    }
  }

  /** The users' table where Epoch's rows are forwarded to it: locked first, as writers do it. */
  static Optional<String> usersTable(OperationTable table) {
    return table.handle().schema().appendOnly()
        ? Optional.of(
            Quote.qualified(table.handle().path().schema(), table.handle().path().table()))
        : Optional.empty();
  }

  private static void addLock(StringBuilder locks, String relation) {
    locks.append("; LOCK TABLE ").append(relation).append(" IN SHARE ROW EXCLUSIVE MODE");
  }

  /**
   * A table with what the database has of it.
   *
   * @param placements by table id: what is known of the branch's places
   */
  OperationTable find(TableOperation table, Map<String, BranchPlacement> placements) {
    BranchHandle branch = operation.branch();
    TableHandle handle = table.table().table();
    BranchPlacement placement = placements.get(handle.id());
    if (!branch.isDefault() && placement == null) {
      throw StorageUnavailableException.untold(
          "Branch " + branch.name() + " has no table " + handle.name(), null);
    }
    try {
      return OperationTable.of(session, resolver, table, branch, placements);
    } catch (ShapeMovedException moved) {
      // it may be what is known of the place that is out of date
      resolver.forgetPlacement(branch, handle.id());
      throw moved;
    }
  }
}
