package dev.epoch.engine.processing;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.Decision;
import dev.epoch.engine.DecisionContext;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitSchema;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CommitToBranchV1;
import dev.epoch.events.command.RecordCommitSchemaV1;
import dev.epoch.events.command.StageChangesV1;
import dev.epoch.events.command.UnstageChangesV1;
import dev.epoch.events.event.ChangesStagedV1;
import dev.epoch.events.event.ChangesUnstagedV1;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.CommitSchemaRecordedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.OperationAbortedV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.table.TableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Commits: stage, unstage, commit. */
public final class CommitProcessor {
  private CommitProcessor() {}

  public static Decision stage(RepositoryState state, StageChangesV1 command) {
    Optional<BranchState> branch = state.branch(command.branch());
    if (branch.isEmpty()) {
      return Refusals.branchNotFound(command.branch());
    }
    Optional<Decision> refusal = refuseUnknown(state, branch.get(), command.tables());
    if (refusal.isPresent()) {
      return refusal.get();
    }
    return Decision.accept(new ChangesStagedV1(branch.get().id(), command.tables()));
  }

  public static Decision unstage(RepositoryState state, UnstageChangesV1 command) {
    Optional<BranchState> branch = state.branch(command.branch());
    if (branch.isEmpty()) {
      return Refusals.branchNotFound(command.branch());
    }
    List<String> tables =
        command.tables().isEmpty()
            ? branch.get().staged().stream().sorted().toList()
            : command.tables().stream().filter(branch.get().staged()::contains).toList();
    return Decision.accept(new ChangesUnstagedV1(branch.get().id(), tables));
  }

  public static Decision commit(
      RepositoryState state, CommitToBranchV1 command, DecisionContext context) {
    Optional<BranchState> found = state.branch(command.branch());
    if (found.isEmpty()) {
      return Refusals.branchNotFound(command.branch());
    }
    BranchState branch = found.get();
    if (command.message() == null || command.message().isBlank()) {
      return Decision.reject(Code.VALIDATION, "A commit needs a message");
    }
    if (command.expectedHead() != null && !command.expectedHead().equals(branch.head())) {
      return Refusals.headMoved(branch, command.expectedHead());
    }
    if (branch.merge() != null || branch.replay() != null) {
      return Refusals.mergeInProgress(branch);
    }
    Optional<Decision> refusal =
        Refusals.refuseBusy(state, branch)
            .or(() -> refuseUnknown(state, branch, command.tables()))
            .or(() ->
                Protections.refuseCommit(state, branch, context.actor(), "commit to")
                    .map(Decision::reject));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    SortedSet<String> selected =
        selected(command, branch, changed(state, branch, command.changed()));
    boolean schemaOnly = CommitToBranchV1.SCHEMA_ONLY.equals(command.schema());
    if (selected.isEmpty() && command.schema() == null) {
      return Decision.reject(nothingToCommit(branch));
    }
    boolean everything =
        takesEverything(command, branch) && AccessRules.mayCommitAll(state, context, branch);
    SortedSet<String> taken = everything ? all(state, branch) : selected;
    // a commit of the schema alone takes no table; so does one whose rows are as they were
    List<String> ids =
        (schemaOnly || selected.isEmpty() ? new TreeSet<String>() : taken)
            .stream()
                .flatMap(name -> state.tables().named(name).stream())
                .filter(table ->
                    table.beganOn(branch, state.isDefault(branch))
                        || holds(state.head(branch), table))
                .map(RegisteredTable::id)
                .toList();
    Actor author = command.author() == null ? context.actor() : command.author();
    OperationPlan plan = new OperationPlan.Commit(ids, command.message(), author, context.time());
    return Decision.accept(
        new OperationPreparedV1(context.command(), branch.id(), branch.head(), plan));
  }

  /** Keeps what a commit's databases hold; what is known better stays. */
  public static Decision recordSchema(RepositoryState state, RecordCommitSchemaV1 command) {
    if (!state.commits().contains(command.commit())) {
      return Refusals.commitNotFound(command.commit());
    }
    CommitSchema known = state.schemas().get(command.commit());
    if (command.backfilled()
        && known != null
        && known.schemas().keySet().containsAll(command.schemas().keySet())
        && !known.schemas().isEmpty()) {
      return Decision.accept(new CommandCompletedV1(Map.of("commit", command.commit())));
    }
    return Decision.accept(
        new CommitSchemaRecordedV1(
            command.commit(), command.schemas(), command.unavailable(), command.backfilled()));
  }

  public static Decision complete(RepositoryState state, Continuation.CompleteCommit facts) {
    OperationState operation = Refusals.inFlight(state, facts.operation());
    BranchState branch = state.branches().byId().get(operation.branchId());
    OperationPlan.Commit plan = (OperationPlan.Commit) operation.plan();
    SortedSet<String> without = removed(state, branch);
    facts.dropped().stream()
        .map(id -> state.tables().byId().get(id))
        .filter(table -> holds(state.head(branch), table))
        .forEach(table -> without.add(table.name()));
    List<String> removed = List.copyOf(without);
    if (facts.entries().isEmpty() && removed.isEmpty() && !plan.tables().isEmpty()) {
      OperationAbortedV1 aborted =
          new OperationAbortedV1(
              operation.id(), Code.NOTHING_TO_COMMIT.name(), "no row differs from the last commit");
      return new Decision(List.of(aborted), Optional.of(nothingToCommit(branch)));
    }
    CommitState head = state.head(branch);
    List<Event> events = new ArrayList<>();
    events.addAll(
        CommitEvents.of(
            state,
            branch,
            operation,
            new CommitEvents.Content(
                List.of(head.id()), facts.entries(), removed, Map.of(), facts.schemas()),
            new CommitEvents.Text(plan.author(), plan.message(), plan.time()),
            CommitEvents.Part.ALONE));
    return Decision.accept(events);
  }

  /** Names that a commit of everything would take. */
  public static SortedSet<String> changed(
      RepositoryState state, BranchState branch, List<String> withUncommittedRows) {
    SortedSet<String> changed = new TreeSet<>(withUncommittedRows);
    changed.addAll(registered(state, branch));
    changed.addAll(removed(state, branch));
    return changed;
  }

  /** Names of tables registered on the branch since its last commit. */
  public static SortedSet<String> registered(RepositoryState state, BranchState branch) {
    SortedSet<String> names = new TreeSet<>();
    boolean isDefault = state.isDefault(branch);
    state
        .tables()
        .idByName()
        .forEach((name, id) -> {
          RegisteredTable table = state.tables().byId().get(id);
          if (table.beganOn(branch, isDefault) && !holds(state.head(branch), table)) {
            names.add(name);
          }
        });
    return names;
  }

  /**
   * Names of tables in the head that are versioned no more, and were removed on this branch; also
   * where another table has the name by now.
   */
  public static SortedSet<String> removed(RepositoryState state, BranchState branch) {
    SortedSet<String> names = new TreeSet<>();
    for (String id : state.tables().removed()) {
      RegisteredTable table = state.tables().byId().get(id);
      if (table.removedOn(branch, state.isDefault(branch)) && holds(state.head(branch), table)) {
        names.add(table.name());
      }
    }
    return names;
  }

  static boolean holds(CommitState commit, RegisteredTable table) {
    TableEntry entry = commit.tree().get(table.name());
    return entry != null && entry.tableId().equals(table.id());
  }

  private static Optional<Decision> refuseUnknown(
      RepositoryState state, BranchState branch, List<String> tables) {
    SortedSet<String> removed = removed(state, branch);
    return tables.stream()
        .filter(table -> state.tables().named(table).isEmpty() && !removed.contains(table))
        .map(Refusals::tableNotFound)
        .findFirst();
  }

  private static SortedSet<String> selected(
      CommitToBranchV1 command, BranchState branch, SortedSet<String> changed) {
    SortedSet<String> selected = new TreeSet<>(changed);
    if (!command.tables().isEmpty()) {
      selected.retainAll(command.tables());
    } else if (!command.all() && !branch.staged().isEmpty()) {
      selected.retainAll(branch.staged());
    }
    return selected;
  }

  private static boolean takesEverything(CommitToBranchV1 command, BranchState branch) {
    return command.tables().isEmpty() && (command.all() || branch.staged().isEmpty());
  }

  /**
   * Names of all tables that the branch has. A commit of everything takes those without changes,
   * too: until it has locked a table that has some, a transaction may still write that one and
   * others, and must not be committed by half.
   */
  private static SortedSet<String> all(RepositoryState state, BranchState branch) {
    SortedSet<String> names = new TreeSet<>(state.head(branch).tree().keySet());
    names.addAll(registered(state, branch));
    return names;
  }

  private static Rejection nothingToCommit(BranchState branch) {
    return new Rejection(
        Code.NOTHING_TO_COMMIT,
        "Nothing to commit on branch '" + branch.name() + "', working tree clean",
        Map.of("branch", branch.name()));
  }
}
