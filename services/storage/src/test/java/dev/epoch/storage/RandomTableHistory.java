package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableModel.ModelBranch;
import dev.epoch.storage.TableModel.ModelCommit;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.Repoint;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.operation.OperationExecutor.CommittedChanges;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/** What {@link HistoryCases} does to one table. */
final class RandomTableHistory {
  private final Random random;
  private final VersionedTable table;
  private final RandomRows shape;
  private final TableModel model;
  private final List<RowKey> keys;
  private final List<ModelBranch> branches;
  private final List<ModelCommit> commits;

  RandomTableHistory(StorageBackend backend, long seed) {
    random = new Random(seed);
    shape = new RandomRows(backend, random);
    List<Row> some = shape.some();
    table =
        new VersionedTable(
            backend,
            "h" + seed,
            shape.columns,
            shape.keyColumns.stream().map(i -> shape.columns.get(i).name()).toList(),
            some);
    keys = shape.keys;
    model = new TableModel(table, keys, some, random);
    branches = model.branches;
    commits = model.commits;
  }

  void run(int actions) {
    for (int i = 0; i < actions; i++) {
      ModelBranch branch = ValueKinds.pick(random, branches);
      switch (random.nextInt(20)) {
        case 0, 1, 2, 3, 4, 5, 6 -> write(branch);
        case 7, 8 -> applicationWrites();
        case 9, 10, 11, 12 ->
            apply(branch, new CommitWorkingSet(table.at(branch.handle)), List.of());
        case 13, 14 -> fork(branch);
        case 15, 16 -> merge(branch);
        case 17 -> mergeOverLiveChanges();
        case 18 -> repoint(branch);
        default -> restore(branch);
      }
      branches.forEach(model::verify);
    }
    model.verifyCommits();
    rebuild();
    model.verifyCommits();
    reclaim();
  }

  private void write(ModelBranch branch) {
    List<RowWrite> writes = new ArrayList<>();
    long inserted = 0;
    long updated = 0;
    long deleted = 0;
    Set<RowKey> chosen = new LinkedHashSet<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      chosen.add(ValueKinds.pick(random, keys));
    }
    for (RowKey key : chosen) {
      Row before = branch.working.get(key);
      if (random.nextInt(3) == 0) {
        writes.add(table.delete(key));
        deleted += branch.working.remove(key) == null ? 0 : 1;
        continue;
      }
      Row after = shape.row(table.handle.schema(), key);
      List<Column> given = new ArrayList<>();
      for (Column column : table.handle.schema().columns()) {
        int place = table.handle.schema().indexOf(column.name());
        if (before == null
            || table.handle.schema().primaryKey().contains(column.name())
            || random.nextBoolean()) {
          given.add(column);
        } else {
          after = after.with(place, before.get(place));
        }
      }
      writes.add(table.upsert(after, given));
      branch.working.put(key, after);
      inserted += before == null ? 1 : 0;
      updated += before != null && !before.equals(after) ? 1 : 0;
    }
    assertThat(table.write(branch.handle, writes.toArray(RowWrite[]::new)))
        .isEqualTo(
            new WriteResult(
                inserted, updated, deleted, writes.size() - inserted - updated - deleted));
    assertThat(table.adapter.touched(branch.handle, List.of(table.at(branch.handle))))
        .containsAll(branch.isClean() ? Set.of() : Set.of(table.handle.id()));
  }

  private void applicationWrites() {
    ModelBranch main = branches.getFirst();
    Map<RowKey, RowChange> changes = new HashMap<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      RowKey key = ValueKinds.pick(random, keys);
      Row before = main.working.get(key);
      Row after = random.nextInt(3) == 0 ? null : shape.row(table.handle.schema(), key);
      if (!changes.containsKey(key) && (before != null || after != null)) {
        changes.put(key, new RowChange(key, before, after));
        TableModel.put(main.working, key, after);
      }
    }
    table.backend.applicationWrites(table.handle, List.copyOf(changes.values()));
  }

  private void fork(ModelBranch from) {
    if (branches.size() < 5) {
      BranchHandle handle = table.branch("b" + branches.size(), from.handle);
      branches.add(new ModelBranch(handle, from.head, from.committed));
    }
  }

  private List<RowChange> changes(Map<RowKey, Row> ours, Map<RowKey, Row> theirs) {
    List<RowChange> changes = new ArrayList<>();
    for (RowKey key : keys) {
      if (random.nextInt(3) > 0 && (ours.get(key) != null || theirs.get(key) != null)) {
        changes.add(new RowChange(key, ours.get(key), theirs.get(key)));
      }
    }
    return changes;
  }

  private void merge(ModelBranch into) {
    if (!into.isClean() && random.nextInt(4) > 0) {
      apply(into, new CommitWorkingSet(table.at(into.handle)), List.of());
    }
    ModelCommit from = ValueKinds.pick(random, commits);
    long anchor =
        into.handle.isDefault()
            ? 0
            : random.nextBoolean() ? into.head.anchor() : from.location().anchor();
    apply(into, new MergeRows(table.at(into.handle), anchor), changes(into.committed, from.rows()));
  }

  /** Planned against what was committed; where live changes overtook it, theirs is taken. */
  private void mergeOverLiveChanges() {
    ModelBranch main = branches.getFirst();
    Map<RowKey, Row> theirs = ValueKinds.pick(random, commits).rows();
    List<RowChange> changes = changes(main.committed, theirs);
    PlannedRows planned =
        new PlannedRows() {
          @Override
          public RowStream<RowChange> writes() {
            return RowStream.of(changes);
          }

          @Override
          public RowStream<RowKey> kept() {
            return RowStream.of(List.of());
          }

          @Override
          public List<RowChange> again(Map<RowKey, Row> now) {
            List<RowChange> again = new ArrayList<>();
            now.forEach((key, row) -> {
              if (!Objects.equals(row, theirs.get(key))) {
                again.add(new RowChange(key, row, theirs.get(key)));
              }
            });
            return again;
          }

          @Override
          public void close() {}
        };
    table.nextOperation();
    Operation operation =
        new Operation(
            table.nextOperation(),
            main.handle,
            List.of(new MergeRows(table.at(main.handle), 0)),
            List.of(table.at(main.handle)));
    RowsLocation formerHead = main.head;
    Map<RowKey, Row> formerCommitted = main.committed;
    Map<RowKey, Row> live = new HashMap<>(main.working);
    OperationResult result = table.adapter.apply(operation, Map.of(table.handle.id(), planned));
    assertThat(result.live().containsKey(table.handle.id())).isEqualTo(!main.isClean());
    if (!main.isClean()) {
      model.record(main, operation.livePosition(), result.live().get(table.handle.id()), live);
    }
    Map<RowKey, Row> merged = new HashMap<>(live);
    changes.forEach(change -> TableModel.put(merged, change.key(), change.after()));
    main.working = new HashMap<>(merged);
    RowsLocation location = result.locations().get(table.handle.id());
    model.verifyAt(location, merged);
    if (random.nextInt(3) == 0) {
      table.adapter.revert(operation);
      main.log.removeIf(commit -> commit.position() == operation.livePosition());
      commits.removeIf(commit -> commit.position() == operation.livePosition());
      main.working = live;
      model.moveTo(main, formerHead, formerCommitted);
      return;
    }
    if (location.equals(main.head)) {
      model.moveTo(main, location, merged);
    } else {
      model.record(main, operation.id().position(), location, merged);
    }
  }

  private void repoint(ModelBranch branch) {
    ModelCommit to = ValueKinds.pick(random, commits);
    if (!branch.handle.isDefault()
        && branch.log.isEmpty()
        && !branch.handle.id().equals(branch.head.overlay())
        && !branch.handle.id().equals(to.location().overlay())) {
      apply(branch, new Repoint(table.at(branch.handle), to.location()), List.of());
    }
  }

  private void apply(ModelBranch branch, TableOperation change, List<RowChange> changes) {
    if (!(change instanceof CommitWorkingSet) && !branch.isClean()) {
      assertThatThrownBy(() -> table.apply(branch.handle, change, changes))
          .isInstanceOf(PendingChangesException.class);
      return;
    }
    Map<RowKey, Row> rows = new HashMap<>(branch.working);
    changes.forEach(planned -> TableModel.put(rows, planned.key(), planned.after()));
    if (change instanceof Repoint repoint) {
      rows.clear();
      rows.putAll(model.rowsAt(repoint.to()));
    }
    RowsLocation formerHead = branch.head;
    Map<RowKey, Row> formerRows = branch.committed;
    Operation operation = table.apply(branch.handle, change, changes);
    RowsLocation head = table.heads.get(branch.handle.id());
    assertThat(table.adapter.result(operation.id()).orElseThrow().locations())
        .containsEntry(table.handle.id(), head);
    branch.working = new HashMap<>(rows);
    model.verifyAt(head, rows);
    if (random.nextInt(4) == 0) {
      model.moveTo(branch, head, rows);
      write(branch);
      revert(branch, operation, formerHead, formerRows);
    } else if (change instanceof Repoint) {
      model.moveTo(branch, head, rows);
      branch.origin = head;
    } else {
      model.record(branch, operation.id().position(), head, rows);
      table.adapter.forget(List.of(operation.id()));
    }
  }

  private void revert(
      ModelBranch branch, Operation operation, RowsLocation head, Map<RowKey, Row> rows) {
    if (!(operation.tables().getFirst() instanceof CommitWorkingSet)) {
      for (RowKey key : keys) {
        if (Objects.equals(branch.working.get(key), branch.committed.get(key))) {
          TableModel.put(branch.working, key, rows.get(key));
        }
      }
    }
    table.revert(operation);
    table.revert(operation);
    model.moveTo(branch, head, rows);
    assertThat(table.adapter.result(operation.id())).isEmpty();
  }

  /** What is stored is written anew while all is well. */
  private void restore(ModelBranch branch) {
    if (branch.log.isEmpty()) {
      return;
    }
    List<CommittedChanges> log = new ArrayList<>();
    Map<RowKey, Row> rows = model.rowsAt(branch.origin);
    for (ModelCommit commit : branch.log) {
      log.add(
          new CommittedChanges(
              commit.position(),
              commit.location(),
              RowStream.of(model.difference(rows, commit.rows()))));
      rows = commit.rows();
    }
    table.adapter.restore(branch.handle, branch.origin, table.at(branch.handle), log.iterator());
  }

  /** All that Epoch made of the table is lost, and comes back. */
  private void rebuild() {
    apply(branches.getFirst(), new CommitWorkingSet(table.at(table.main)), List.of());
    ModelBranch main = branches.getFirst();
    if (!main.isClean()) {
      return; // taken back
    }
    table.adapter.requireRemovable(table.handle, Removal.OF_EVERYTHING);
    table.adapter.remove(table.handle, Removal.OF_EVERYTHING);
    table.adapter.remove(table.handle, Removal.OF_EVERYTHING);
    assertThatThrownBy(() -> table.rows(new TableState.Committed(main.head)))
        .isInstanceOf(StorageException.class);
    table.adapter.repair(table.handle, table.installedAt);
    branches.forEach(branch -> table.put(branch.handle));
    Set<String> restored = new HashSet<>();
    while (restored.size() < branches.size()) {
      for (ModelBranch branch : branches) {
        String below = branch.origin.overlay();
        if (!restored.contains(branch.handle.id()) && (below == null || restored.contains(below))) {
          if (branch.handle.isDefault() || restored.contains(table.main.id())) {
            restore(branch);
            restored.add(branch.handle.id());
          }
        }
      }
    }
    branches.forEach(branch -> branch.working = new HashMap<>(branch.committed));
    branches.forEach(model::verify);
  }

  private void reclaim() {
    ModelBranch dropped = branches.getLast();
    if (dropped.handle.isDefault()) {
      return;
    }
    table.adapter.dropBranch(dropped.handle);
    table.adapter.dropBranch(dropped.handle);
    branches.remove(dropped);
    assertThat(table.adapter.branches(table.handle.repository()))
        .doesNotContain(dropped.handle.id())
        .hasSize(branches.size());
    Set<String> kept = new HashSet<>();
    branches.forEach(branch -> {
      kept.add(branch.handle.id());
      kept.add(String.valueOf(branch.origin.overlay()));
    });
    boolean needed = kept.contains(dropped.handle.id());
    List<String> expected = needed ? List.of() : List.of(dropped.handle.id());
    String repository = table.handle.repository();
    assertThat(table.adapter.reclaim(repository, kept, true)).isEqualTo(expected);
    assertThat(table.adapter.reclaim(repository, kept, false)).isEqualTo(expected);
    assertThat(table.adapter.reclaim(repository, kept, false)).isEmpty();
    for (ModelCommit commit : dropped.log) {
      if (needed) {
        model.verifyAt(commit.location(), commit.rows());
      } else {
        assertThatThrownBy(() -> table.rows(new TableState.Committed(commit.location())))
            .isInstanceOf(StorageException.class);
        commits.remove(commit);
      }
    }
    branches.forEach(model::verify);
  }
}
