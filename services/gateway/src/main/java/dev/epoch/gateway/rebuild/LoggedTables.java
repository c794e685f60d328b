package dev.epoch.gateway.rebuild;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordKind;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.stream.RepositoryStream;
import dev.epoch.log.StoredRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads a repository's stream from the first record and collects, per table and branch, the
 * operations that wrote rows.
 */
public final class LoggedTables {
  private final RepositoryStream stream;
  private final RecordCodec codec = new RecordCodec();
  private final Map<String, LoggedTable> found = new LinkedHashMap<>();
  private final LoggedEntries entries = new LoggedEntries();

  /** By branch: where a rebase moved it from, whose first commit has the rows of both. */
  private final Map<String, CommitState> movedFrom = new HashMap<>();

  LoggedTables(RepositoryStream stream) {
    this.stream = stream;
  }

  /** Every table of every branch that has rows of its own. */
  List<LoggedTable> read(String repository) {
    RepositoryState[] state = {RepositoryState.empty(repository)};
    stream.forEachRecord(
        0,
        stored -> {
          RepositoryState after = stream.apply(state[0], stored);
          collect(state[0], after, stored);
          state[0] = after;
        });
    return List.copyOf(found.values());
  }

  /** Of the tables that were read. */
  LoggedEntries entries() {
    return entries;
  }

  private void collect(RepositoryState before, RepositoryState after, StoredRecord stored) {
    if (stored.envelope().kind() != RecordKind.EVENT) {
      return;
    }
    Object event =
        codec.decode(
            stored.envelope().type(), stored.envelope().version(), stored.envelope().data());
    switch (event) {
      case CommitCreatedV1 e -> committed(before, after, e);
      case BranchMovedV1 e -> moved(before, e);
      default -> {}
    }
  }

  /**
   * Tables that the commit changed, and those that a merge laid over another anchor without a
   * change of what the branch sees: their rows are elsewhere than the commit says, and later
   * commits build on that.
   */
  private void committed(RepositoryState before, RepositoryState after, CommitCreatedV1 event) {
    BranchState branch = before.branches().byId().get(event.branchId());
    BranchState moved = after.branches().byId().get(event.branchId());
    CommitState parent =
        Optional.ofNullable(movedFrom.remove(branch.id())).orElse(before.head(branch));
    CommitState commit = after.commits().byId().get(event.commit());
    entries.add(commit, after.commits().byId().get(commit.parents().getFirst()));
    Set<String> changed =
        commit.changed().stream().map(TableEntry::tableId).collect(Collectors.toSet());
    for (TableEntry entry : commit.tree().values()) {
      RowsLocation location = moved.location(entry);
      TableEntry old = parent.tree().get(entry.name());
      boolean known = old != null && old.tableId().equals(entry.tableId());
      // a commit of nothing but a schema leaves rows where they are
      boolean written =
          known ? !location.equals(branch.location(old)) : changed.contains(entry.tableId());
      boolean own =
          before.isDefault(branch)
              ? location.overlay() == null
              : branch.id().equals(location.overlay());
      if (own && written) {
        RowsLocation from =
            known
                ? old.location()
                : RowsLocation.live(before.tables().byId().get(entry.tableId()).position());
        long position = location.overlay() == null ? location.anchor() : location.overlayPosition();
        add(
            branch,
            entry.tableId(),
            from,
            new LoggedTable.Step(position, known ? old : null, entry, location));
      } else if (own && known && entry.changeSet() != null && changed.contains(entry.tableId())) {
        amend(branch, entry, location);
      }
    }
  }

  /** A fast-forward wrote the rows of those tables whose location names its operation. */
  private void moved(RepositoryState before, BranchMovedV1 event) {
    BranchState branch = before.branches().byId().get(event.branchId());
    CommitState parent = before.head(branch);
    OperationState operation =
        event.operationId() == null ? null : before.operations().get(event.operationId());
    if (operation == null) {
      movedFrom.put(branch.id(), parent);
      return;
    }
    CommitState to = before.commits().byId().get(event.to());
    for (Map.Entry<String, RowsLocation> moved : event.locations().entrySet()) {
      RowsLocation location = moved.getValue();
      long position = location.overlay() == null ? location.anchor() : location.overlayPosition();
      boolean own = before.isDefault(branch) || branch.id().equals(location.overlay());
      if (own && position == operation.position()) {
        Optional<TableEntry> from = parent.entryOf(moved.getKey());
        add(
            branch,
            moved.getKey(),
            from.map(TableEntry::location).orElse(location),
            new LoggedTable.Step(
                position, from.orElse(null), to.entryOf(moved.getKey()).orElseThrow(), location));
      } else if (own) {
        amend(branch, to.entryOf(moved.getKey()).orElseThrow(), location);
      }
    }
  }

  /**
   * Rows that stay where they are, and show more: the database had the values of columns that came,
   * as of rows that were written while the live table had these columns, and the branch had not.
   */
  private void amend(BranchState branch, TableEntry to, RowsLocation location) {
    LoggedTable table = found.get(branch.id() + "/" + to.tableId());
    if (table != null && location.overlay() != null) {
      LoggedTable.Step last = table.steps().getLast();
      if (last.location().equals(location) && !last.to().equals(to)) {
        add(
            branch,
            to.tableId(),
            location,
            new LoggedTable.Step(last.position(), last.to(), to, location));
      }
    }
  }

  /** Rows are, before a step, what the one before it has left. */
  private void add(BranchState branch, String tableId, RowsLocation from, LoggedTable.Step step) {
    LoggedTable former = found.get(branch.id() + "/" + tableId);
    List<LoggedTable.Step> steps = new ArrayList<>(former == null ? List.of() : former.steps());
    steps.add(
        former == null
            ? step
            : new LoggedTable.Step(
                step.position(), steps.getLast().to(), step.to(), step.location()));
    found.put(
        branch.id() + "/" + tableId,
        new LoggedTable(
            branch.id(), branch.name(), tableId, former == null ? from : former.origin(), steps));
  }
}
