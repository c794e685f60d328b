package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * What a table should hold: every branch and every commit with all rows. Compares it with the table
 * as its backend has it.
 */
final class TableModel {
  private final VersionedTable table;
  private final List<RowKey> keys;
  private final Random random;
  final List<ModelBranch> branches = new ArrayList<>();
  final List<ModelCommit> commits = new ArrayList<>();

  static final class ModelBranch {
    final BranchHandle handle;
    RowsLocation origin;
    RowsLocation head;
    Map<RowKey, Row> committed;
    Map<RowKey, Row> working;
    List<ModelCommit> log = new ArrayList<>();

    ModelBranch(BranchHandle handle, RowsLocation head, Map<RowKey, Row> rows) {
      this.handle = handle;
      this.origin = head;
      this.head = head;
      this.committed = rows;
      this.working = new HashMap<>(rows);
    }

    boolean isClean() {
      return committed.equals(working);
    }
  }

  record ModelCommit(long position, RowsLocation location, Map<RowKey, Row> rows) {}

  /**
   * @param keys that rows can have
   * @param rows of the live table now
   */
  TableModel(VersionedTable table, List<RowKey> keys, List<Row> rows, Random random) {
    this.table = table;
    this.keys = keys;
    this.random = random;
    Map<RowKey, Row> byKey = new HashMap<>();
    rows.forEach(row -> byKey.put(table.key(row), row));
    ModelBranch main = new ModelBranch(table.main, RowsLocation.live(table.installedAt), byKey);
    branches.add(main);
    commits.add(new ModelCommit(table.installedAt, main.head, byKey));
  }

  Map<RowKey, Row> rowsAt(RowsLocation location) {
    return commits.stream()
        .filter(commit -> commit.location().equals(location))
        .findFirst()
        .orElseThrow()
        .rows();
  }

  static void put(Map<RowKey, Row> rows, RowKey key, Row row) {
    if (row == null) {
      rows.remove(key);
    } else {
      rows.put(key, row);
    }
  }

  List<RowChange> difference(Map<RowKey, Row> before, Map<RowKey, Row> after) {
    List<RowChange> changes = new ArrayList<>();
    for (RowKey key : keys) {
      if (!Objects.equals(before.get(key), after.get(key))) {
        changes.add(new RowChange(key, before.get(key), after.get(key)));
      }
    }
    return changes;
  }

  void moveTo(ModelBranch branch, RowsLocation head, Map<RowKey, Row> committed) {
    branch.head = head;
    branch.committed = committed;
    table.heads.put(branch.handle.id(), head);
  }

  void record(ModelBranch branch, long position, RowsLocation location, Map<RowKey, Row> rows) {
    ModelCommit commit = new ModelCommit(position, location, rows);
    commits.add(commit);
    if (!location.equals(branch.head)) {
      branch.log.add(commit);
    }
    moveTo(branch, location, rows);
  }

  void verify(ModelBranch branch) {
    verifyAt(branch.head, branch.committed);
    assertThat(table.byKey(table.working(branch.handle)))
        .as("working on %s over %s", branch.handle.name(), branch.head)
        .isEqualTo(branch.working);
    List<RowChange> uncommitted = difference(branch.committed, branch.working);
    assertThat(table.changes(table.head(branch.handle), table.working(branch.handle)))
        .containsExactlyInAnyOrderElementsOf(uncommitted);
    assertThat(table.pending(branch.handle))
        .isEqualTo(
            new PendingChanges(
                count(uncommitted, RowChange.Kind.INSERT),
                count(uncommitted, RowChange.Kind.UPDATE),
                count(uncommitted, RowChange.Kind.DELETE)));
    if (!branch.isClean()) {
      assertThat(table.adapter.touched(branch.handle, List.of(table.at(branch.handle))))
          .containsExactly(table.handle.id());
    }
  }

  void verifyAt(RowsLocation location, Map<RowKey, Row> rows) {
    assertThat(table.byKey(new TableState.Committed(location)))
        .as("at %s", location)
        .isEqualTo(rows);
  }

  private static long count(List<RowChange> changes, RowChange.Kind kind) {
    return changes.stream().filter(change -> change.kind() == kind).count();
  }

  void verifyCommits() {
    for (ModelCommit commit : commits) {
      verifyAt(commit.location(), commit.rows());
      TableState state = new TableState.Committed(commit.location());
      RowKey key = ValueKinds.pick(random, keys);
      assertThat(table.adapter.row(table.handle, state, key).orElse(null))
          .isEqualTo(commit.rows().get(key));
      ModelCommit other = ValueKinds.pick(random, commits);
      ModelCommit third = ValueKinds.pick(random, commits);
      TableState otherState = new TableState.Committed(other.location());
      List<RowChange> between = difference(commit.rows(), other.rows());
      assertThat(table.changes(state, otherState)).containsExactlyInAnyOrderElementsOf(between);
      assertThat(
              VersionedTable.list(
                  table.adapter.threeWay(
                      table.handle, state, new TableState.Committed(third.location()), otherState)))
          .extracting(row -> List.of(row.key(), String.valueOf(row.ours())))
          .containsExactlyInAnyOrderElementsOf(
              between.stream()
                  .map(change ->
                      List.<Object>of(change.key(), String.valueOf(third.rows().get(change.key()))))
                  .toList());
      verifyPages(state);
    }
  }

  /** Pages one after the other are the whole, in one order. */
  private void verifyPages(TableState state) {
    List<Row> all = table.rows(state);
    List<Row> paged = new ArrayList<>();
    RowKey after = null;
    List<Row> page;
    do {
      page = VersionedTable.list(table.adapter.rows(table.handle, state, RowQuery.page(after, 3)));
      paged.addAll(page);
      after = page.isEmpty() ? null : table.key(page.getLast());
    } while (page.size() == 3);
    assertThat(paged).isEqualTo(all);
  }
}
