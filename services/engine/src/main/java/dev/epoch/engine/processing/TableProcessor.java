package dev.epoch.engine.processing;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.Decision;
import dev.epoch.engine.DecisionContext;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.RecordTableSyncV1;
import dev.epoch.events.command.RegisterTableV1;
import dev.epoch.events.command.RemoveTableV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.event.TableRegisteredV1;
import dev.epoch.events.event.TableRemovedV1;
import dev.epoch.events.event.TableSyncedV1;
import dev.epoch.events.table.TableEntry;
import dev.epoch.model.ref.InvalidNameException;
import dev.epoch.model.ref.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tables: register, remove. Both change a database, so both are operations of the default branch.
 */
public final class TableProcessor {
  private TableProcessor() {}

  public static Decision register(
      RepositoryState state, RegisterTableV1 command, DecisionContext context) {
    try {
      new TableName(command.name());
    } catch (InvalidNameException e) {
      return Decision.reject(Code.INVALID_NAME, e.getMessage());
    }
    if (state.storages().named(command.storage()).isEmpty()) {
      return Refusals.storageNotFound(command.storage());
    }
    Optional<BranchState> found =
        command.branch() == null
            ? Optional.of(state.defaultBranch())
            : state.branch(command.branch());
    if (found.isEmpty()) {
      return Refusals.branchNotFound(command.branch());
    }
    BranchState branch = found.get();
    if (!state.isDefault(branch) && (branch.merge() != null || branch.replay() != null)) {
      return Refusals.mergeInProgress(branch);
    }
    Optional<RegisteredTable> sameName = state.tables().named(command.name());
    if (sameName.isPresent()) {
      return Decision.reject(
          new Rejection(
              Code.TABLE_ALREADY_EXISTS,
              "Table '"
                  + command.name()
                  + "' is already registered"
                  + elsewhere(state, sameName.get()),
              Map.of("table", command.name())));
    }
    Optional<RegisteredTable> samePlace =
        state.tables().byId().values().stream()
            .filter(table -> !table.removed())
            .filter(table -> table.storage().equals(command.storage()))
            .filter(table -> table.schemaName().equals(command.schemaName()))
            .filter(table -> table.tableName().equals(command.tableName()))
            .findFirst();
    if (samePlace.isPresent()) {
      return Decision.reject(
          new Rejection(
              Code.TABLE_ALREADY_EXISTS,
              command.schemaName()
                  + "."
                  + command.tableName()
                  + " is already registered as '"
                  + samePlace.get().name()
                  + "'"
                  + elsewhere(state, samePlace.get()),
              Map.of("table", samePlace.get().name())));
    }
    if (branch.operation() != null) {
      return Refusals.busy(branch);
    }
    OperationPlan plan =
        new OperationPlan.RegisterTable(
            context.tableId(),
            command.name(),
            command.storage(),
            command.schemaName(),
            command.tableName(),
            command.schema(),
            command.origin());
    return Decision.accept(
        new OperationPreparedV1(context.command(), branch.id(), branch.head(), plan));
  }

  /** Where the default branch does not have it: what to do. */
  private static String elsewhere(RepositoryState state, RegisteredTable table) {
    if (table.branch() == null || holds(state, state.defaultBranch(), table)) {
      return "";
    }
    BranchState made = state.branches().byId().get(table.branch());
    return made == null
        ? "; the branch that it was made on is gone: epoch table remove " + table.name()
        : " on branch '" + made.name() + "': merge that branch, or give the table another name";
  }

  private static boolean holds(RepositoryState state, BranchState branch, RegisteredTable table) {
    TableEntry entry = state.head(branch).tree().get(table.name());
    return entry != null && entry.tableId().equals(table.id());
  }

  public static Decision completeRegistration(
      RepositoryState state, Continuation.CompleteRegistration facts) {
    OperationState operation = Refusals.inFlight(state, facts.operation());
    OperationPlan.RegisterTable plan = (OperationPlan.RegisterTable) operation.plan();
    return Decision.accept(
        new TableRegisteredV1(
            operation.id(),
            plan.tableId(),
            plan.name(),
            plan.storage(),
            plan.schemaName(),
            plan.tableName(),
            plan.schema(),
            facts.schemaHash(),
            facts.rowCount(),
            facts.contentHash(),
            facts.contentSum(),
            operation.position(),
            operation.branchId().equals(state.defaultBranch().id()) ? null : operation.branchId(),
            plan.origin()));
  }

  /** Changes of a table and of its copy: up to where they are in each other. */
  public static Decision recordSync(RepositoryState state, RecordTableSyncV1 command) {
    Optional<RegisteredTable> table = state.tables().named(command.name());
    if (table.isEmpty()) {
      return Refusals.tableNotFound(command.name());
    }
    if (table.get().copy() == null) {
      return Decision.reject(
          Code.VALIDATION, "Table '" + command.name() + "' was not copied from another one");
    }
    return Decision.accept(
        new TableSyncedV1(
            table.get().id(), table.get().name(), command.returned(), command.commit()));
  }

  /** Without keeping anything, also of one that was removed before and is kept for commits. */
  public static Decision remove(
      RepositoryState state, RemoveTableV1 command, DecisionContext context) {
    List<String> ids = new ArrayList<>();
    state.tables().named(command.name()).map(RegisteredTable::id).ifPresent(ids::add);
    if (!command.keep()) {
      ids.addAll(state.tables().kept(command.name()));
    }
    if (ids.isEmpty()) {
      return Refusals.tableNotFound(command.name());
    }
    for (BranchState branch : state.branches().byId().values()) {
      if (branch.operation() != null) {
        return Refusals.busy(branch);
      }
      if (branch.merge() != null || branch.replay() != null) {
        return Refusals.mergeInProgress(branch);
      }
    }
    BranchState main = state.defaultBranch();
    Optional<BranchState> on =
        command.branch() == null ? Optional.of(main) : state.branch(command.branch());
    if (on.isEmpty()) {
      return Refusals.branchNotFound(command.branch());
    }
    return Decision.accept(
        new OperationPreparedV1(
            context.command(),
            main.id(),
            main.head(),
            new OperationPlan.RemoveTable(
                ids.getFirst(),
                command.name(),
                command.force(),
                command.keep(),
                ids.subList(1, ids.size()),
                having(state, command.name(), on.get()))));
  }

  /**
   * Id of the branch whose next commit is without a table, null for the default one: the branch
   * that is meant, or the one that has made the table and alone has it.
   */
  private static String having(RepositoryState state, String name, BranchState meant) {
    String made =
        state
            .tables()
            .named(name)
            .filter(table -> !holds(state, meant, table))
            .map(RegisteredTable::branch)
            .filter(state.branches().byId()::containsKey)
            .orElse(meant.id());
    return made.equals(state.defaultBranch().id()) ? null : made;
  }

  public static Decision completeRemoval(
      RepositoryState state, Continuation.CompleteRemoval facts) {
    OperationPlan.RemoveTable plan =
        (OperationPlan.RemoveTable) Refusals.inFlight(state, facts.operation()).plan();
    List<Event> events = new ArrayList<>();
    events.add(
        new TableRemovedV1(
            facts.operation(), plan.tableId(), plan.name(), plan.keep(), plan.branchId()));
    for (String id : plan.dropped()) {
      events.add(new TableRemovedV1(facts.operation(), id, plan.name(), false, plan.branchId()));
    }
    return Decision.accept(events);
  }
}
