package dev.epoch.gateway.record;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.commit.WorkingSetService;
import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.SchemaOnly;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Applies diffs as uncommitted changes of a branch.
 *
 * <p>First every record is compared with what the diff expects, then they are written, a table in a
 * transaction; tables that refer to each other in the order that foreign keys ask for. If a table
 * refuses its records, those written before it are put back.
 */
public final class ApplyService {
  private static final int SHOWN = 100;

  private final ReadService reads;
  private final WorkingSetService workingSets;

  public ApplyService(ReadService reads, WorkingSetService workingSets) {
    this.reads = reads;
    this.workingSets = workingSets;
  }

  /**
   * What to do.
   *
   * @param branch to change
   * @param changes each about another record
   * @param force whether they are written whatever the records are now
   * @param dryRun whether only to tell
   */
  public record Request(String branch, List<GivenChange> changes, boolean force, boolean dryRun) {}

  /**
   * Repeating it changes nothing: what is as the diff makes it counts as unchanged.
   *
   * @throws DiffDoesNotApplyException if records are not as the diff expects them
   * @throws dev.epoch.storage.error.WriteRefusedException if a change does not fit the table
   */
  public WriteResult apply(LiveRepository repository, Request request, Caller caller) {
    RepositoryState state = repository.state();
    caller.requireOwnKey(state);
    BranchState branch = dev.epoch.gateway.stream.References.branch(state, request.branch());
    repository.awaitRegistered(branch.name());
    Map<String, TableApplication> tables = compared(state, branch, request);
    long unchanged = tables.values().stream().mapToLong(TableApplication::unchanged).sum();
    if (request.dryRun()) {
      return foreseen(tables, unchanged);
    }
    Deque<Step> done = new ArrayDeque<>();
    WriteResult sum = new WriteResult(0, 0, 0, unchanged);
    for (Step step : steps(new ArrayList<>(tables.values()))) {
      try {
        WriteResult written =
            workingSets.write(state, branch, step.table(), step.writes(), caller(caller));
        done.push(step);
        sum = sum(sum, written);
      } catch (RuntimeException failure) {
        done.forEach(former -> undo(state, branch, former, caller(caller), failure));
        throw failure;
      }
    }
    return sum;
  }

  /** Databases remember writes by their keys, one for a request; a diff may be several. */
  private static Caller caller(Caller caller) {
    return caller.another();
  }

  private void undo(
      RepositoryState state, BranchState branch, Step step, Caller caller, RuntimeException why) {
    try {
      workingSets.write(state, branch, step.table(), step.undo(), caller);
    } catch (RuntimeException failure) {
      why.addSuppressed(failure);
    }
  }

  private Map<String, TableApplication> compared(
      RepositoryState state, BranchState branch, Request request) {
    SchemaOnly.requireRows(branch);
    Snapshot now = reads.working(state, branch);
    Map<String, TableApplication> tables = new LinkedHashMap<>();
    List<DiffDoesNotApplyException.Misfit> misfits = new ArrayList<>();
    long total = 0;
    int index = 0;
    for (GivenChange change : request.changes()) {
      TableApplication table = tables.get(change.table());
      if (table == null) {
        var handle = now.table(change.table()).handle();
        table = new TableApplication(handle, reads.values(state, handle));
        tables.put(change.table(), table);
      }
      Optional<DiffDoesNotApplyException.Misfit> misfit =
          table.add(index++, change, key -> reads.row(now, change.table(), key), request.force());
      if (misfit.isPresent() && total++ < SHOWN) {
        misfits.add(misfit.get());
      }
    }
    if (total > 0) {
      throw new DiffDoesNotApplyException(branch.name(), misfits, total);
    }
    return tables;
  }

  /** One write of one table. */
  private record Step(String table, List<RowWrite> writes, List<RowWrite> undo) {}

  private static List<Step> steps(List<TableApplication> tables) {
    List<TableApplication> parentsFirst = parentsFirst(tables);
    boolean related = tables.stream().anyMatch(table -> tables.stream().anyMatch(table::refersTo));
    List<Step> steps = new ArrayList<>();
    if (related) {
      parentsFirst
          .reversed()
          .forEach(table -> add(steps, table.table().name(), table.deletes(), table.undoDeletes()));
      parentsFirst.forEach(
          table -> add(steps, table.table().name(), table.upserts(), table.undoUpserts()));
    } else {
      tables.forEach(table ->
          add(
              steps,
              table.table().name(),
              both(table.deletes(), table.upserts()),
              both(table.undoDeletes(), table.undoUpserts())));
    }
    return steps;
  }

  private static void add(
      List<Step> steps, String table, List<RowWrite> writes, List<RowWrite> undo) {
    if (!writes.isEmpty()) {
      steps.add(new Step(table, writes, undo));
    }
  }

  private static List<RowWrite> both(List<RowWrite> some, List<RowWrite> others) {
    List<RowWrite> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }

  /** Tables that others refer to come before those; of tables in a circle, any. */
  private static List<TableApplication> parentsFirst(List<TableApplication> tables) {
    List<TableApplication> left = new ArrayList<>(tables);
    List<TableApplication> sorted = new ArrayList<>();
    while (!left.isEmpty()) {
      TableApplication next =
          left.stream()
              .filter(table -> left.stream().noneMatch(table::refersTo))
              .findFirst()
              .orElse(left.getFirst());
      left.remove(next);
      sorted.add(next);
    }
    return sorted;
  }

  private static WriteResult foreseen(Map<String, TableApplication> tables, long unchanged) {
    long deleted = 0;
    long inserted = 0;
    long updated = 0;
    for (TableApplication table : tables.values()) {
      deleted += table.deletes().size();
      long fresh = table.undoUpserts().stream().filter(RowWrite.Delete.class::isInstance).count();
      inserted += fresh;
      updated += table.upserts().size() - fresh;
    }
    return new WriteResult(inserted, updated, deleted, unchanged);
  }

  private static WriteResult sum(WriteResult one, WriteResult other) {
    return new WriteResult(
        one.inserted() + other.inserted(),
        one.updated() + other.updated(),
        one.deleted() + other.deleted(),
        one.unchanged() + other.unchanged());
  }
}
