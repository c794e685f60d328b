package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.operation.OperationExecutor.CommittedChanges;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.postgres.HistoryAction.Afterwards;
import dev.epoch.storage.postgres.HistoryAction.RowWrite;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Runs a history against a database and, beside it, a model that keeps every state as a map; they
 * have to agree.
 */
final class HistoryRun implements AutoCloseable {
  private static final String TABLE = "item";
  private static final List<String> PARTS = List.of("a", "B'");
  private static final int IDS = 5;

  private final TestRepository repository =
      new TestRepository(
          "CREATE DOMAIN short AS varchar(9) NOT NULL CHECK (value <> 'bad')",
          """
          CREATE TABLE item (
            id integer,
            v short,
            part text COLLATE "C",
            j json,
            g integer GENERATED ALWAYS AS (length(v)) STORED,
            PRIMARY KEY (part, id)
          )\
          """,
          "INSERT INTO item (id, v, part, j) VALUES"
              + " (0, 'start', 'a', NULL), (1, 'start', 'a', '{}'), (2, 'x', 'B''', NULL)");

  private final List<ModelBranch> branches = new ArrayList<>();
  private final List<ModelCommit> commits = new ArrayList<>();
  private final List<Long> anchors = new ArrayList<>();

  private static final class ModelBranch {
    final BranchHandle handle;
    final List<ModelCommit> log = new ArrayList<>();
    RowsLocation origin;
    RowsLocation head;
    Map<RowKey, Row> committed;
    Map<RowKey, Row> working;

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

  private record ModelCommit(
      long position, RowsLocation before, RowsLocation location, Map<RowKey, Row> rows) {}

  HistoryRun() {
    repository.install(TABLE);
    RowsLocation head = repository.head(repository.main, TABLE);
    Map<RowKey, Row> rows = repository.rows(TABLE, new TableState.Committed(head));
    assertThat(rows).hasSize(3);
    branches.add(new ModelBranch(repository.main, head, rows));
    commits.add(new ModelCommit(1, head, head, rows));
    anchors.add(head.anchor());
  }

  @Override
  public void close() {
    repository.close();
  }

  void run(List<HistoryAction> actions) {
    for (HistoryAction action : actions) {
      run(action);
      branches.forEach(this::verify);
    }
    verifyCommits();
  }

  private void run(HistoryAction action) {
    switch (action) {
      case HistoryAction.Write write -> write(write);
      case HistoryAction.Commit commit -> commit(commit);
      case HistoryAction.Branch branch -> branch(pick(branches, branch.from()));
      case HistoryAction.Merge merge -> merge(merge);
      case HistoryAction.Repoint repoint -> repoint(repoint);
      case HistoryAction.Open open -> open(pick(branches, open.branch()), open.close());
      case HistoryAction.Restore restore -> restore(pick(branches, restore.branch()));
    }
  }

  private static <T> T pick(List<T> list, int choice) {
    return list.get(choice % list.size());
  }

  // ---- actions

  private void write(HistoryAction.Write write) {
    ModelBranch branch = pick(branches, write.branch());
    List<String> statements = new ArrayList<>();
    if (write.truncate() && (branch.handle.isDefault() || isOpen(branch))) {
      statements.add("TRUNCATE item");
      branch.working.clear();
    }
    write.rows().forEach(row -> statements.add(write(branch.working, row)));
    repository.write(branch.handle, statements.toArray(String[]::new));
  }

  private static String write(Map<RowKey, Row> rows, RowWrite write) {
    RowKey key = key(write.key());
    RowKey other = key(write.otherKey());
    if (!rows.containsKey(key)) {
      Row row = row(key, write.value());
      rows.put(key, row);
      return "INSERT INTO item (id, v, part, j) VALUES (%s, %s, %s, %s)"
          .formatted(row.get(0), literal(row.get(1)), literal(row.get(2)), literal(row.get(3)));
    }
    String where = " WHERE part = %s AND id = %s".formatted(literal(key.get(0)), key.get(1));
    if (write.what() < 2) {
      rows.remove(key);
      return "DELETE FROM item" + where;
    }
    if (write.what() == 2 && !rows.containsKey(other)) {
      Row moved = rows.remove(key).with(0, other.get(1)).with(2, other.get(0));
      rows.put(other, moved);
      return "UPDATE item SET id = %s, part = %s".formatted(other.get(1), literal(other.get(0)))
          + where;
    }
    Row row = row(key, write.value());
    rows.put(key, row);
    return "UPDATE item SET v = %s, j = %s".formatted(literal(row.get(1)), literal(row.get(3)))
        + where;
  }

  private static String literal(String text) {
    return Quote.literal(text);
  }

  private static RowKey key(int choice) {
    return RowKey.of(pick(PARTS, choice / IDS), Integer.toString(choice % IDS));
  }

  private static Row row(RowKey key, int value) {
    String v = "v" + "x".repeat(value % 3);
    String j = value < 2 ? null : value < 4 ? "{\"n\": 1}" : "{\"n\":1}";
    return Row.of(key.get(1), v, key.get(0), j, Integer.toString(v.length()));
  }

  private void commit(HistoryAction.Commit action) {
    ModelBranch branch = pick(branches, action.branch());
    Map<RowKey, Row> rows = new HashMap<>(branch.working);
    apply(
        branch,
        new Operation.CommitWorkingSet(repository.at(branch.handle, TABLE)),
        List.of(),
        rows,
        action.afterwards());
  }

  private void branch(ModelBranch from) {
    if (branches.size() < 6) {
      BranchHandle handle = repository.branch("n" + branches.size(), from.handle);
      branches.add(new ModelBranch(handle, from.head, from.committed));
    }
  }

  private void merge(HistoryAction.Merge action) {
    ModelBranch into = pick(branches, action.into());
    if (action.keys() % 4 != 0 && !into.isClean()) {
      // else most merges would be refused
      commit(new HistoryAction.Commit(action.into(), new Afterwards(false, List.of())));
    }
    ModelCommit from = pick(commits, action.commit());
    Map<RowKey, Row> theirs = from.rows();
    long anchor = into.handle.isDefault() ? 0 : anchor(action.anchor(), into, from);
    List<RowChange> changes = new ArrayList<>();
    Map<RowKey, Row> merged = new HashMap<>(into.committed);
    for (int choice = 0; choice < IDS * PARTS.size(); choice++) {
      RowKey key = key(choice);
      Row before = into.committed.get(key);
      Row after = theirs.get(key);
      if ((action.keys() >> (choice % 8) & 1) == 1 && (before != null || after != null)) {
        changes.add(new RowChange(key, before, after));
        put(merged, key, after);
      }
    }
    apply(
        into,
        new Operation.MergeRows(repository.at(into.handle, TABLE), anchor),
        changes,
        merged,
        action.afterwards());
  }

  /** Half of them are where commits are that are merged, as in a merge of the default branch. */
  private long anchor(int choice, ModelBranch into, ModelCommit from) {
    return switch (choice % 4) {
      case 0 -> into.head.anchor();
      case 1 -> pick(anchors, choice);
      default -> from.location().anchor();
    };
  }

  private void repoint(HistoryAction.Repoint action) {
    ModelBranch branch = pick(branches, action.branch());
    ModelCommit to = pick(commits, action.commit());
    boolean changedBefore = branch.handle.id().equals(branch.head.overlay());
    if (branch.handle.isDefault()
        || changedBefore
        || branch.handle.id().equals(to.location().overlay())) {
      return;
    }
    apply(
        branch,
        new Operation.Repoint(repository.at(branch.handle, TABLE), to.location()),
        List.of(),
        to.rows(),
        action.afterwards());
  }

  private void apply(
      ModelBranch branch,
      TableOperation table,
      List<RowChange> changes,
      Map<RowKey, Row> rows,
      Afterwards afterwards) {
    Operation operation = new Operation(repository.nextOperation(), branch.handle, List.of(table));
    Map<String, PlannedRows> streams =
        table instanceof Operation.MergeRows
            ? Map.of("t1", PlannedRows.fixed(RowStream.of(changes)))
            : Map.of();
    boolean commits = table instanceof Operation.CommitWorkingSet;
    if (!commits && !branch.isClean()) {
      assertThatThrownBy(() -> repository.adapter.apply(operation, streams))
          .isInstanceOf(PendingChangesException.class);
      return;
    }
    RowsLocation formerHead = branch.head;
    Map<RowKey, Row> formerRows = branch.committed;
    repository.apply(operation, streams);
    branch.head = repository.head(branch.handle, TABLE);
    branch.committed = rows;
    if (!commits) {
      branch.working = new HashMap<>(rows);
    }
    assertThat(repository.adapter.result(operation.id()).orElseThrow().locations())
        .containsEntry("t1", branch.head);
    verify(branch);
    if (afterwards.revert()) {
      revert(branch, operation, formerHead, formerRows, afterwards.writes());
      return;
    }
    ModelCommit commit = new ModelCommit(operation.id().position(), formerHead, branch.head, rows);
    this.commits.add(commit);
    if (table instanceof Operation.Repoint) {
      branch.origin = branch.head;
    } else if (!branch.head.equals(formerHead)) {
      branch.log.add(commit);
    }
    if (branch.handle.isDefault()) {
      anchors.add(branch.head.anchor());
    }
  }

  private void revert(
      ModelBranch branch,
      Operation operation,
      RowsLocation formerHead,
      Map<RowKey, Row> formerRows,
      List<HistoryAction.Write> writes) {
    writes.forEach(this::write);
    boolean commits = operation.tables().getFirst() instanceof Operation.CommitWorkingSet;
    repository.revert(operation);
    if (!commits) {
      Map<RowKey, Row> kept = new HashMap<>(formerRows);
      for (int choice = 0; choice < IDS * PARTS.size(); choice++) {
        RowKey key = key(choice);
        if (!Objects.equals(branch.working.get(key), branch.committed.get(key))) {
          put(kept, key, branch.working.get(key));
        }
      }
      branch.working = kept;
    }
    branch.head = formerHead;
    branch.committed = formerRows;
    repository.adapter.revert(operation);
    assertThat(repository.adapter.result(operation.id())).isEmpty();
    repository.adapter.forget(List.of(operation.id()));
  }

  private void open(ModelBranch branch, boolean close) {
    if (branch.handle.isDefault()) {
      return;
    }
    if (close) {
      repository.adapter.close(branch.handle, List.of(repository.table(TABLE)));
    } else {
      repository.adapter.open(branch.handle, List.of());
    }
    assertThat(isOpen(branch)).isEqualTo(!close);
  }

  private boolean isOpen(ModelBranch branch) {
    return repository.adapter.opened(branch.handle).tables().getFirst().open();
  }

  /** The log has no branch's past before a repointing, so only what is in the log is restored. */
  private void restore(ModelBranch branch) {
    if (branch.log.isEmpty()) {
      return;
    }
    Map<RowKey, Row> before = new HashMap<>();
    List<CommittedChanges> changes = new ArrayList<>();
    Map<RowKey, Row> rows = rowsAt(branch.origin);
    for (ModelCommit commit : branch.log) {
      changes.add(
          new CommittedChanges(
              commit.position(), commit.location(), RowStream.of(difference(rows, commit.rows()))));
      rows = commit.rows();
    }
    before.putAll(rows);
    assertThat(before).isEqualTo(branch.committed);
    repository.adapter.restore(
        branch.handle, branch.origin, repository.at(branch.handle, TABLE), changes.iterator());
  }

  private Map<RowKey, Row> rowsAt(RowsLocation location) {
    return commits.stream()
        .filter(commit -> commit.location().equals(location))
        .findFirst()
        .orElseThrow()
        .rows();
  }

  private static void put(Map<RowKey, Row> rows, RowKey key, Row row) {
    if (row == null) {
      rows.remove(key);
    } else {
      rows.put(key, row);
    }
  }

  // ---- verification

  private void verify(ModelBranch branch) {
    TableState head = new TableState.Committed(branch.head);
    TableState working = new TableState.Working(branch.handle, branch.head);
    assertThat(sorted(repository.rows(TABLE, head)))
        .as("committed on %s at %s", branch.handle.name(), branch.head)
        .isEqualTo(sorted(branch.committed));
    assertThat(sorted(repository.rows(TABLE, working)))
        .as("working on %s over %s", branch.handle.name(), branch.head)
        .isEqualTo(sorted(branch.working));
    verifyChanges(head, branch.committed, working, branch.working);
    long inserted = 0;
    long updated = 0;
    long deleted = 0;
    for (RowChange change : difference(branch.committed, branch.working)) {
      switch (change.kind()) {
        case INSERT -> inserted++;
        case UPDATE -> updated++;
        case DELETE -> deleted++;
      }
    }
    if (!branch.handle.isDefault()) {
      SessionView.verify(repository, branch.handle, TABLE, branch.working.values());
    }
    PendingChanges pending = new PendingChanges(inserted, updated, deleted);
    assertThat(
            repository.adapter.pending(branch.handle, List.of(repository.at(branch.handle, TABLE))))
        .isEqualTo(pending.total() == 0 ? Map.of() : Map.of("t1", pending));
  }

  private void verifyCommits() {
    for (int i = 0; i < commits.size(); i++) {
      ModelCommit commit = commits.get(i);
      TableState state = new TableState.Committed(commit.location());
      assertThat(sorted(repository.rows(TABLE, state)))
          .as("commit %s at %s", commit.position(), commit.location())
          .isEqualTo(sorted(commit.rows()));
      for (int choice = 0; choice < IDS * PARTS.size(); choice += 3) {
        RowKey key = key(choice);
        assertThat(repository.adapter.row(repository.table(TABLE), state, key).orElse(null))
            .isEqualTo(commit.rows().get(key));
      }
      ModelCommit other = commits.get(i * 7 % commits.size());
      ModelCommit third = commits.get(i * 5 % commits.size());
      TableState otherState = new TableState.Committed(other.location());
      verifyChanges(state, commit.rows(), otherState, other.rows());
      verifyThreeWay(commit, third, other);
      ModelBranch branch = branches.get(i % branches.size());
      verifyChanges(
          new TableState.Working(branch.handle, branch.head), branch.working, state, commit.rows());
    }
    ModelCommit first = commits.getFirst();
    TableState state = new TableState.Committed(first.location());
    verifyChanges(new TableState.Empty(), Map.of(), state, first.rows());
    verifyChanges(state, first.rows(), new TableState.Empty(), Map.of());
  }

  private void verifyChanges(
      TableState from, Map<RowKey, Row> before, TableState to, Map<RowKey, Row> after) {
    assertThat(repository.changes(TABLE, from, to))
        .as("changes from %s to %s", from, to)
        .containsExactlyInAnyOrderElementsOf(difference(before, after));
  }

  private void verifyThreeWay(ModelCommit base, ModelCommit ours, ModelCommit theirs) {
    List<ThreeWayRow> expected =
        difference(base.rows(), theirs.rows()).stream()
            .map(change ->
                new ThreeWayRow(
                    change.key(), change.before(), ours.rows().get(change.key()), change.after()))
            .toList();
    assertThat(
            TestRepository.list(
                repository.adapter.threeWay(
                    repository.table(TABLE),
                    new TableState.Committed(base.location()),
                    new TableState.Committed(ours.location()),
                    new TableState.Committed(theirs.location()))))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  private static List<RowChange> difference(Map<RowKey, Row> before, Map<RowKey, Row> after) {
    List<RowChange> changes = new ArrayList<>();
    for (int choice = 0; choice < IDS * PARTS.size(); choice++) {
      RowKey key = key(choice);
      if (!Objects.equals(before.get(key), after.get(key))) {
        changes.add(new RowChange(key, before.get(key), after.get(key)));
      }
    }
    return changes;
  }

  private static Map<String, Row> sorted(Map<RowKey, Row> rows) {
    Map<String, Row> sorted = new TreeMap<>();
    rows.forEach((key, row) -> sorted.put(key.toString(), row));
    return sorted;
  }
}
