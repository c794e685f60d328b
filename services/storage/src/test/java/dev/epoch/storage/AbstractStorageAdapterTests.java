package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.Operation.CommitWorkingSet;
import dev.epoch.storage.Operation.MergeRows;
import dev.epoch.storage.Operation.Repoint;
import dev.epoch.storage.Operation.TableOperation;
import dev.epoch.storage.StorageAdapter.CommittedChanges;
import dev.epoch.storage.TableState.Committed;
import dev.epoch.storage.TableState.Empty;
import dev.epoch.storage.TableState.Working;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every backend must do. A subclass opens a database with one table {@code person}: {@code id}
 * integer, the key; {@code name} text; {@code age} integer; and the rows 1 Ann 30, 2 Bob 40, 3 Cid
 * 50.
 */
public abstract class AbstractStorageAdapterTests {
  private static final Set<RowChange.Kind> ALL_KINDS = Set.of(RowChange.Kind.values());

  protected StorageAdapter adapter;
  private final BranchHandle main = new BranchHandle("people", "bmain0000001", "main", true);
  private final Map<String, RowsLocation> heads = new HashMap<>();
  private TableHandle person;
  private long position;

  /** Opens a fresh database. */
  protected abstract StorageAdapter open();

  /** Where the table {@code person} is. */
  protected abstract TablePath path();

  /** Rows of the table as its users see them, without Epoch, each as {@code [1, Ann, 30]}. */
  protected abstract List<String> usersRows();

  @BeforeEach
  void install() {
    adapter = open();
    person =
        new TableHandle(
            "people",
            "tperson00001",
            "person",
            path(),
            adapter.introspect(path(), List.of()).schema());
    OperationId operation = nextOperation();
    adapter.install(operation, person);
    heads.put(main.id(), RowsLocation.live(operation.position()));
    put(main);
  }

  @AfterEach
  void close() {
    adapter.close();
  }

  // ---- acting

  private OperationId nextOperation() {
    position++;
    return new OperationId(new UUID(1, position), position);
  }

  private void put(BranchHandle branch) {
    adapter.putBranch(branch, Map.of(person.id(), at(branch)));
  }

  private BranchHandle branch(String name, BranchHandle from) {
    BranchHandle branch = new BranchHandle("people", "b" + name, name, false);
    heads.put(branch.id(), heads.get(from.id()));
    put(branch);
    return branch;
  }

  private BranchTable at(BranchHandle branch) {
    return new BranchTable(person, heads.get(branch.id()));
  }

  private TableState head(BranchHandle branch) {
    return new Committed(heads.get(branch.id()));
  }

  private TableState working(BranchHandle branch) {
    return new Working(branch, heads.get(branch.id()));
  }

  private static RowWrite upsert(int id, String name, int age) {
    Map<String, JsonNode> record = new LinkedHashMap<>();
    record.put("id", IntNode.valueOf(id));
    record.put("name", name == null ? NullNode.instance : TextNode.valueOf(name));
    record.put("age", IntNode.valueOf(age));
    return new RowWrite.Upsert(record);
  }

  private static RowWrite delete(int id) {
    return new RowWrite.Delete(Map.of("id", IntNode.valueOf(id)));
  }

  private void write(BranchHandle branch, RowWrite... writes) {
    adapter.write(branch, at(branch), List.of(writes));
  }

  private Operation operation(BranchHandle branch, TableOperation table) {
    return new Operation(nextOperation(), branch, List.of(table));
  }

  private Operation commit(BranchHandle branch) {
    Operation operation = operation(branch, new CommitWorkingSet(at(branch)));
    apply(operation, List.of());
    return operation;
  }

  private Operation merge(BranchHandle branch, long anchor, List<RowChange> changes) {
    Operation operation = operation(branch, new MergeRows(at(branch), anchor));
    apply(operation, changes);
    return operation;
  }

  private void apply(Operation operation, List<RowChange> changes) {
    Map<String, RowStream<RowChange>> streams =
        operation.tables().getFirst() instanceof MergeRows
            ? Map.of(person.id(), RowStream.of(changes))
            : Map.of();
    heads.put(
        operation.branch().id(), adapter.apply(operation, streams).locations().get(person.id()));
  }

  private void revert(Operation operation) {
    adapter.revert(operation);
    heads.put(operation.branch().id(), operation.tables().getFirst().table().head());
  }

  // ---- reading

  private List<String> rows(TableState state) {
    return texts(
        adapter.rows(person, state, new RowQuery(null, Map.of(), OptionalLong.empty(), true)));
  }

  private static List<String> texts(RowStream<Row> rows) {
    List<String> texts = new ArrayList<>();
    try (rows) {
      rows.forEachRemaining(row -> texts.add(row.toString()));
    }
    return texts;
  }

  private List<RowChange> changes(TableState from, TableState to) {
    return changes(from, to, ChangeQuery.page(null, ALL_KINDS, 1_000));
  }

  private List<RowChange> changes(TableState from, TableState to, ChangeQuery query) {
    List<RowChange> all = new ArrayList<>();
    try (RowStream<RowChange> changes = adapter.changes(person, from, to, query)) {
      changes.forEachRemaining(all::add);
    }
    return all;
  }

  private List<String> kinds(TableState from, TableState to) {
    return changes(from, to).stream().map(c -> c.kind() + " " + c.key()).toList();
  }

  private PendingChanges pending(BranchHandle branch) {
    return adapter
        .pending(branch, List.of(at(branch)))
        .getOrDefault(person.id(), new PendingChanges(0, 0, 0));
  }

  private static RowChange change(Row before, Row after) {
    return new RowChange(RowKey.of((before == null ? after : before).get(0)), before, after);
  }

  private static final Row ANN = Row.of("1", "Ann", "30");
  private static final Row BOB = Row.of("2", "Bob", "40");
  private static final Row CID = Row.of("3", "Cid", "50");

  // ---- states

  @Test
  void aStateIsFixedFromTheMomentOfInstallation() {
    // when
    write(main, upsert(1, "Anna", 31), delete(2), upsert(4, null, 5));

    // then
    assertThat(rows(head(main))).containsExactly("[1, Ann, 30]", "[2, Bob, 40]", "[3, Cid, 50]");
    assertThat(rows(working(main)))
        .containsExactly("[1, Anna, 31]", "[3, Cid, 50]", "[4, null, 5]");
    assertThat(usersRows()).containsExactlyInAnyOrderElementsOf(rows(working(main)));
    assertThat(pending(main)).isEqualTo(new PendingChanges(1, 1, 1));
    assertThat(rows(new Empty())).isEmpty();
  }

  @Test
  void installingTwiceChangesNothingAndAnotherRepositoryIsRefused() {
    // when
    adapter.install(new OperationId(new UUID(1, 1), 1), person);

    // then
    assertThat(rows(head(main))).hasSize(3);
    TableHandle other =
        new TableHandle("other", "tother000001", "person", person.path(), person.schema());
    assertThatThrownBy(() -> adapter.install(nextOperation(), other))
        .isInstanceOf(TableOwnedException.class)
        .hasMessageContaining("people");
  }

  @Test
  void everyCommitReadsTheSameForEver() {
    // given
    List<TableState> states = new ArrayList<>(List.of(head(main)));
    List<List<String>> contents = new ArrayList<>(List.of(rows(head(main))));
    BranchHandle feature = branch("feature", main);

    // when
    for (int i = 0; i < 6; i++) {
      BranchHandle branch = i % 2 == 0 ? main : feature;
      write(branch, upsert(1 + i % 3, "v" + i, i), delete(1 + (i + 1) % 3), upsert(10 + i, "n", i));
      commit(branch);
      states.add(head(branch));
      contents.add(rows(head(branch)));
    }

    // then
    for (int i = 0; i < states.size(); i++) {
      assertThat(rows(states.get(i))).isEqualTo(contents.get(i));
    }
  }

  @Test
  void pagesFollowTheNativeOrderOfTheKey() {
    // given
    for (int id = 9; id <= 12; id++) {
      write(main, upsert(id, "n" + id, id));
    }

    // then
    assertThat(texts(adapter.rows(person, working(main), RowQuery.page(RowKey.of("3"), 3))))
        .containsExactly("[9, n9, 9]", "[10, n10, 10]", "[11, n11, 11]");
    assertThat(texts(adapter.rows(person, head(main), RowQuery.page(RowKey.of("2"), 9))))
        .containsExactly("[3, Cid, 50]");
    assertThat(
            texts(
                adapter.rows(
                    person,
                    working(main),
                    new RowQuery(null, Map.of("age", "10"), OptionalLong.empty(), false))))
        .containsExactly("[10, n10, 10]");
    assertThat(adapter.row(person, head(main), RowKey.of("2"))).contains(BOB);
    assertThat(adapter.row(person, head(main), RowKey.of("9"))).isEmpty();
    assertThat(adapter.row(person, working(main), RowKey.of("9"))).isPresent();
  }

  @Test
  void closingAStreamEarlyIsHarmless() {
    for (int i = 0; i < 50; i++) {
      try (RowStream<Row> rows = adapter.rows(person, head(main), RowQuery.all())) {
        assertThat(rows.hasNext()).isTrue();
      }
    }
  }

  // ---- differences

  @Test
  void changesAreNetAndInOrder() {
    // given
    TableState first = head(main);

    // when
    write(main, upsert(10, "new", 1), delete(2), upsert(1, "Anna", 30), upsert(3, "X", 1));
    write(main, upsert(3, "Cid", 50));

    // then
    List<RowChange> changes = changes(first, working(main));
    assertThat(changes)
        .containsExactly(
            change(ANN, Row.of("1", "Anna", "30")),
            change(BOB, null),
            change(null, Row.of("10", "new", "1")));
    assertThat(changes(working(main), first))
        .isEqualTo(changes.stream().map(RowChange::inverse).toList());
    assertThat(
            changes(
                first,
                working(main),
                ChangeQuery.page(RowKey.of("1"), Set.of(RowChange.Kind.INSERT), 5)))
        .containsExactly(changes.get(2));
    assertThat(changes(first, working(main), ChangeQuery.page(RowKey.of("1"), ALL_KINDS, 1)))
        .containsExactly(changes.get(1));
    assertThat(kinds(new Empty(), first)).containsExactly("INSERT 1", "INSERT 2", "INSERT 3");
    assertThat(kinds(first, new Empty())).containsExactly("DELETE 1", "DELETE 2", "DELETE 3");
    assertThat(changes(first, first)).isEmpty();
  }

  @Test
  void threeWayRowsAreThoseThatTheirsChanged() {
    // given
    TableState base = head(main);
    BranchHandle feature = branch("feature", main);
    write(feature, upsert(1, "Annie", 30), delete(3));
    commit(feature);
    write(main, upsert(1, "Ann", 31), upsert(2, "Rob", 40), upsert(5, "Eve", 1));
    commit(main);

    // when
    List<ThreeWayRow> rows = new ArrayList<>();
    try (RowStream<ThreeWayRow> stream =
        adapter.threeWay(person, base, head(feature), head(main))) {
      stream.forEachRemaining(rows::add);
    }

    // then
    assertThat(rows)
        .containsExactlyInAnyOrder(
            new ThreeWayRow(
                RowKey.of("1"), ANN, Row.of("1", "Annie", "30"), Row.of("1", "Ann", "31")),
            new ThreeWayRow(RowKey.of("2"), BOB, BOB, Row.of("2", "Rob", "40")),
            new ThreeWayRow(RowKey.of("5"), null, null, Row.of("5", "Eve", "1")));
  }

  // ---- commits

  @Test
  void aCommitWithoutNetChangeKeepsItsLocation() {
    // given
    RowsLocation before = heads.get(main.id());

    // when
    write(main, upsert(1, "X", 1));
    write(main, upsert(1, "Ann", 30));
    commit(main);

    // then
    assertThat(heads.get(main.id())).isEqualTo(before);
    assertThat(pending(main).total()).isZero();
  }

  @Test
  void anOperationIsDoneOnce() {
    // given
    write(main, upsert(1, "Anna", 30));
    Operation operation = operation(main, new CommitWorkingSet(at(main)));
    assertThat(adapter.result(operation.id())).isEmpty();

    // when
    OperationResult result = adapter.apply(operation, Map.of());
    write(main, upsert(2, "Rob", 40));
    OperationResult again = adapter.apply(operation, Map.of());

    // then
    assertThat(again).isEqualTo(result);
    assertThat(adapter.result(operation.id())).contains(result);
    heads.put(main.id(), result.locations().get(person.id()));
    assertThat(kinds(head(main), working(main))).containsExactly("UPDATE 2");
    adapter.forget(operation.id());
    adapter.forget(operation.id());
    assertThat(adapter.result(operation.id())).isEmpty();
  }

  @Test
  void aRevertedCommitIsUncommittedAgain() {
    for (BranchHandle branch : List.of(main, branch("feature", main))) {
      // given
      TableState first = head(branch);
      List<String> rows = rows(first);
      write(branch, upsert(1, "Anna", 30), delete(2), upsert(7, "Zed", 7));
      Operation operation = commit(branch);
      write(branch, upsert(1, "Annie", 30), upsert(3, "Sid", 50));

      // when
      revert(operation);
      revert(operation);

      // then
      assertThat(rows(first)).isEqualTo(rows);
      assertThat(rows(working(branch)))
          .containsExactly("[1, Annie, 30]", "[3, Sid, 50]", "[7, Zed, 7]");
      assertThat(changes(first, working(branch)))
          .contains(change(ANN, Row.of("1", "Annie", "30")))
          .hasSize(4);
      assertThat(adapter.result(operation.id())).isEmpty();
    }
  }

  @Test
  void revertingWhatWasNeverDoneKeepsItFromBeingDone() {
    // given
    write(main, upsert(1, "Anna", 30));
    Operation operation = operation(main, new CommitWorkingSet(at(main)));

    // when
    adapter.revert(operation);

    // then
    assertThatThrownBy(() -> adapter.apply(operation, Map.of()))
        .isInstanceOf(StorageException.class);
    assertThat(pending(main).total()).isEqualTo(1);
  }

  // ---- branches

  @Test
  void branchesAreIsolated() {
    // given
    BranchHandle feature = branch("feature", main);
    BranchHandle child = branch("child", feature);

    // when
    write(feature, upsert(1, "Annie", 30), delete(3));
    write(main, upsert(2, "Rob", 40));
    commit(feature);
    BranchHandle late = branch("late", feature);
    write(feature, upsert(1, "Anne", 30));
    write(late, delete(1));

    // then
    assertThat(rows(working(main))).containsExactly("[1, Ann, 30]", "[2, Rob, 40]", "[3, Cid, 50]");
    assertThat(rows(working(child)))
        .containsExactly("[1, Ann, 30]", "[2, Bob, 40]", "[3, Cid, 50]");
    assertThat(rows(working(feature))).containsExactly("[1, Anne, 30]", "[2, Bob, 40]");
    assertThat(rows(working(late))).containsExactly("[2, Bob, 40]");
    assertThat(kinds(head(late), working(late))).containsExactly("DELETE 1");
    assertThat(kinds(head(feature), working(late))).containsExactly("DELETE 1");
  }

  @Test
  void branchesCanBeToldOfAndDroppedAgainAndAgain() {
    // given
    BranchHandle feature = branch("feature", main);
    write(feature, upsert(1, "Annie", 30));
    commit(feature);

    // when
    put(feature);
    put(feature);
    TableState head = head(feature);
    adapter.dropBranch(feature);
    adapter.dropBranch(feature);

    // then
    assertThat(rows(head)).contains("[1, Annie, 30]");
  }

  // ---- merges

  @Test
  void aMergeIntoTheDefaultBranchWritesTheUsersTable() {
    // given
    TableState before = head(main);

    // when
    merge(
        main,
        0,
        List.of(
            change(ANN, Row.of("1", "Anna", "30")),
            change(BOB, null),
            change(null, Row.of("4", "Dan", "1"))));

    // then
    assertThat(usersRows())
        .containsExactlyInAnyOrder("[1, Anna, 30]", "[3, Cid, 50]", "[4, Dan, 1]");
    assertThat(kinds(before, head(main))).containsExactly("UPDATE 1", "DELETE 2", "INSERT 4");
    assertThat(rows(before)).hasSize(3);
    assertThat(pending(main).total()).isZero();
  }

  @Test
  void aMergeIntoABranchAnchorsItAnew() {
    // given
    BranchHandle feature = branch("feature", main);
    write(feature, upsert(1, "Annie", 30), upsert(2, "Rob", 40));
    commit(feature);
    List<String> former = rows(head(feature));
    TableState formerHead = head(feature);
    TableState base = head(main);
    write(main, upsert(2, "Rob", 40), delete(3), upsert(4, "Dan", 1));
    commit(main);

    // when
    merge(feature, heads.get(main.id()).anchor(), changes(base, head(main)));

    // then
    assertThat(rows(head(feature)))
        .containsExactly("[1, Annie, 30]", "[2, Rob, 40]", "[4, Dan, 1]");
    assertThat(rows(formerHead)).isEqualTo(former);
    assertThat(kinds(head(main), head(feature))).containsExactly("UPDATE 1");
    assertThat(heads.get(feature.id()).anchor()).isEqualTo(heads.get(main.id()).anchor());
  }

  @Test
  void whatTheMergeDoesNotDetermineStays() {
    // given
    BranchHandle feature = branch("feature", main);
    write(feature, upsert(1, "Annie", 30));
    commit(feature);
    write(main, upsert(2, "Rob", 40), delete(3), upsert(4, "Dan", 1));
    commit(main);

    // when
    merge(feature, heads.get(main.id()).anchor(), List.of(change(CID, null)));

    // then
    assertThat(rows(head(feature))).containsExactly("[1, Annie, 30]", "[2, Bob, 40]");
  }

  @Test
  void aRevertedMergeRestoresWhatNobodyChangedSince() {
    for (BranchHandle branch : List.of(main, branch("feature", main))) {
      // given
      List<String> former = rows(head(branch));
      Operation operation =
          merge(
              branch,
              heads.get(branch.id()).anchor(),
              List.of(
                  change(ANN, Row.of("1", "Anna", "30")),
                  change(BOB, null),
                  change(CID, Row.of("3", "Sid", "50")),
                  change(null, Row.of("4", "Dan", "1"))));
      write(branch, upsert(3, "Zid", 50));

      // when
      revert(operation);

      // then
      assertThat(rows(head(branch))).isEqualTo(former);
      assertThat(rows(working(branch)))
          .containsExactly("[1, Ann, 30]", "[2, Bob, 40]", "[3, Zid, 50]");
      assertThat(pending(branch)).isEqualTo(new PendingChanges(0, 1, 0));
      write(branch, upsert(3, "Cid", 50));
    }
  }

  @Test
  void aMergeOntoUncommittedChangesIsRefused() {
    for (BranchHandle branch : List.of(main, branch("feature", main))) {
      write(branch, upsert(1, "Anna", 30));
      assertThatThrownBy(
              () -> merge(branch, heads.get(branch.id()).anchor(), List.of(change(BOB, null))))
          .isInstanceOfSatisfying(
              PendingChangesException.class, e -> assertThat(e.tables()).containsExactly("person"));
      assertThat(rows(working(branch))).contains("[2, Bob, 40]");
    }
  }

  @Test
  void anUnchangedBranchIsPointedElsewhereAndBack() {
    // given
    BranchHandle feature = branch("feature", main);
    RowsLocation former = heads.get(feature.id());
    write(main, upsert(2, "Rob", 40));
    commit(main);

    // when
    Operation operation = operation(feature, new Repoint(at(feature), heads.get(main.id())));
    apply(operation, List.of());

    // then
    assertThat(heads.get(feature.id())).isEqualTo(heads.get(main.id()));
    assertThat(rows(working(feature))).contains("[2, Rob, 40]");

    // when
    write(feature, upsert(3, "Sid", 50));
    revert(operation);

    // then
    assertThat(heads.get(feature.id())).isEqualTo(former);
    assertThat(rows(working(feature)))
        .containsExactly("[1, Ann, 30]", "[2, Bob, 40]", "[3, Sid, 50]");
    assertThat(pending(feature)).isEqualTo(new PendingChanges(0, 1, 0));
  }

  // ---- rebuilding

  @Test
  void aBranchIsRestoredFromItsCommits() {
    for (BranchHandle branch : List.of(main, branch("feature", main))) {
      // given
      RowsLocation origin = heads.get(branch.id());
      List<TableState> states = new ArrayList<>(List.of(head(branch)));
      List<List<String>> contents = new ArrayList<>(List.of(rows(head(branch))));
      List<CommittedChanges> log = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        write(branch, upsert(1, branch.name() + i, i), upsert(20 + i, "n", i), delete(19 + i));
        Operation operation = commit(branch);
        log.add(
            new CommittedChanges(
                operation.id().position(),
                heads.get(branch.id()),
                RowStream.of(changes(states.getLast(), head(branch)))));
        states.add(head(branch));
        contents.add(rows(head(branch)));
      }
      write(branch, delete(1), upsert(30, "late", 1));
      List<String> working = rows(working(branch));

      // when
      adapter.restore(branch, origin, at(branch), log.iterator());

      // then
      for (int i = 0; i < states.size(); i++) {
        assertThat(rows(states.get(i))).isEqualTo(contents.get(i));
      }
      assertThat(rows(working(branch))).isEqualTo(working);
      assertThat(pending(branch)).isEqualTo(new PendingChanges(1, 0, 1));
    }
  }

  // ---- the database

  @Test
  void queriesSeeTheStateThatTheyAskFor() {
    // given
    BranchHandle feature = branch("feature", main);
    write(feature, upsert(1, "Annie", 33), delete(2));

    // then
    assertThat(sum(head(feature))).isEqualTo("120");
    assertThat(sum(working(feature))).isEqualTo("83");
    assertThat(sum(working(main))).isEqualTo("120");
  }

  private String sum(TableState state) {
    return adapter
        .query(
            new ReadQuery(
                "SELECT sum(age) FROM person",
                List.of(),
                Map.of(person, state),
                10,
                Duration.ofSeconds(10)))
        .rows()
        .getFirst()
        .getFirst()
        .asText();
  }

  @Test
  void uninstallingLeavesTheUsersTable() {
    // given
    BranchHandle feature = branch("feature", main);
    write(feature, upsert(1, "Annie", 33));
    write(main, upsert(2, "Rob", 40));

    // when
    adapter.uninstall();

    // then
    assertThat(usersRows())
        .containsExactlyInAnyOrder("[1, Ann, 30]", "[2, Rob, 40]", "[3, Cid, 50]");
    assertThat(adapter.check().problems()).isEmpty();
  }
}
