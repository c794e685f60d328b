package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.Capabilities.Transactions;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.CheckFailedException;
import dev.epoch.storage.error.MergeOvertakenException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Operations that name several tables are done everywhere or nowhere. */
abstract class OperationCases extends StorageAdapterCases {
  private static final RowChange NEW_ANN = change(ANN, Row.of("1", "Anna", "30"));
  private TableHandle pet;
  private final Map<String, RowsLocation> pets = new HashMap<>();

  /** A second table of the repository: a number, the key, and a text that must not be null. */
  @BeforeEach
  void installSecond() {
    List<Column> columns =
        ValueKinds.columns(
            List.of(ValueKinds.of(backend).get(1), ValueKinds.of(backend).get(7)),
            List.of(false, false));
    TablePath path = backend.create("pet", columns, List.of("c1"));
    pet =
        new TableHandle(
            "people", "tpet00000001", "pet", path, adapter.introspect(path, List.of()).schema());
    backend.applicationWrites(
        pet, List.of(new RowChange(RowKey.of("1"), null, Row.of("1", "Rex"))));
    OperationId install = nextOperation();
    adapter.install(install, pet);
    pets.put(main.id(), RowsLocation.live(install.position()));
    tell(main);
  }

  private void tell(BranchHandle branch) {
    adapter.putBranch(branch, Map.of(person.id(), at(branch), pet.id(), petAt(branch)));
  }

  private BranchHandle both(String name) {
    BranchHandle branch = branch(name, main);
    pets.put(branch.id(), pets.get(main.id()));
    tell(branch);
    return branch;
  }

  private BranchTable petAt(BranchHandle branch) {
    return new BranchTable(pet, pets.get(branch.id()));
  }

  private List<String> petRows(RowsLocation location) {
    return texts(adapter.rows(pet, new TableState.Committed(location), RowQuery.page(null, 10)));
  }

  private static RowChange rename(String name) {
    return new RowChange(RowKey.of("1"), Row.of("1", "Rex"), Row.of("1", name));
  }

  private static PlannedRows plan(RowChange... changes) {
    return PlannedRows.fixed(RowStream.of(List.of(changes)));
  }

  private Operation mergeOfBoth(BranchHandle branch) {
    return new Operation(
        nextOperation(),
        branch,
        List.of(
            new MergeRows(at(branch), heads.get(branch.id()).anchor()),
            new MergeRows(petAt(branch), pets.get(branch.id()).anchor())));
  }

  @Test
  void anOperationOverSeveralTablesNeedsTheCapability() {
    if (adapter.capabilities().transactions() == Transactions.ONE_TABLE) {
      assertThatThrownBy(() -> adapter.apply(mergeOfBoth(main), Map.of()))
          .isInstanceOf(StorageException.class);
      return;
    }
    for (BranchHandle branch : List.of(main, both("feature"))) {
      // when
      Operation operation = mergeOfBoth(branch);
      Map<String, RowsLocation> locations =
          adapter
              .apply(operation, Map.of(person.id(), plan(NEW_ANN), pet.id(), plan(rename("Max"))))
              .locations();

      // then
      assertThat(rows(new TableState.Committed(locations.get(person.id()))))
          .contains("[1, Anna, 30]");
      assertThat(petRows(locations.get(pet.id()))).containsExactly("[1, Max]");

      // when
      adapter.revert(operation);

      // then
      assertThat(rows(working(branch))).contains("[1, Ann, 30]");
      assertThat(adapter.pending(branch, List.of(at(branch), petAt(branch)))).isEmpty();
    }
  }

  private Operation.Check check(BranchHandle branch, String sql, TableHandle... watched) {
    return new Operation.Check(
        "c",
        sql,
        List.of(at(branch), petAt(branch)),
        Stream.of(watched).map(TableHandle::id).collect(Collectors.toSet()),
        2,
        Duration.ofSeconds(20));
  }

  private static final String ANNA = "SELECT id, name FROM person WHERE name = 'Anna'";
  private static final String PETS = "SELECT count(*) FROM pet HAVING count(*) <> 1";

  @Test
  void aCheckThatFindsRowsInWhatAMergeLeavesUndoesAllOfIt() {
    for (BranchHandle branch : List.of(main, both("feature"))) {
      // when
      Operation operation =
          operation(branch, new MergeRows(at(branch), heads.get(branch.id()).anchor()));
      Operation refused =
          operation.withChecks(
              List.of(check(branch, PETS, person), check(branch, ANNA, pet, person)));

      // then
      if (adapter.queries().isEmpty()) {
        assertThatThrownBy(() -> adapter.apply(refused, Map.of(person.id(), plan(NEW_ANN))))
            .isInstanceOf(StorageException.class);
        return;
      }
      assertThatThrownBy(() -> adapter.apply(refused, Map.of(person.id(), plan(NEW_ANN))))
          .isInstanceOfSatisfying(
              CheckFailedException.class,
              e ->
                  assertThat(e.found().orElseThrow().rows().toString())
                      .isEqualTo("[[1, \"Anna\"]]"));
      assertThat(adapter.result(operation.id())).isEmpty();
      assertThat(rows(working(branch))).contains("[1, Ann, 30]");

      // when
      OperationResult result =
          adapter.apply(
              operation.withChecks(
                  List.of(
                      check(branch, ANNA.replace("Anna", "Ann"), person),
                      check(branch, ANNA, pet),
                      check(branch, PETS, person))),
              Map.of(person.id(), plan(NEW_ANN)));
      heads.put(branch.id(), result.locations().get(person.id()));

      // then
      assertThat(rows(working(branch))).contains("[1, Anna, 30]");
    }
  }

  @Test
  void aCheckSeesWhatACommitLeaves() {
    assumeTrue(adapter.queries().isPresent());
    for (BranchHandle branch : List.of(main, both("feature"))) {
      // given
      write(branch, upsert(1, "Anna", 30));
      Operation operation = operation(branch, new CommitWorkingSet(at(branch)));

      // when, then
      assertThatThrownBy(() ->
              adapter.apply(operation.withChecks(List.of(check(branch, ANNA, person))), Map.of()))
          .isInstanceOf(CheckFailedException.class)
          .hasMessageContaining("Check 'c' fails");
      for (String wrong :
          List.of("DELETE FROM person", "SELECT * FROM nothing", "SELECT pg_advisory_lock(1)")) {
        assertThatThrownBy(() ->
                adapter.apply(
                    operation.withChecks(List.of(check(branch, wrong, person))), Map.of()))
            .isInstanceOf(CheckFailedException.class)
            .hasMessageContaining("could not be run");
      }
      assertThat(adapter.touched(branch, List.of(at(branch)))).containsExactly(person.id());
      adapter.apply(
          operation.withChecks(
              List.of(
                  check(branch, ANNA.replace("Anna", "Ann"), person), check(branch, PETS, person))),
          Map.of());
      assertThat(adapter.touched(branch, List.of(at(branch)))).isEmpty();
    }
  }

  @Test
  void whatOneTableRefusesIsDoneInNone() {
    assumeTrue(adapter.capabilities().transactions() == Transactions.ALL_TABLES);
    assumeTrue(adapter.capabilities().constraints().contains(Constraint.Kind.NOT_NULL));
    for (BranchHandle branch : List.of(main, both("feature"))) {
      // when, then
      Operation operation = mergeOfBoth(branch);
      assertThatThrownBy(() ->
              adapter.apply(
                  operation, Map.of(person.id(), plan(NEW_ANN), pet.id(), plan(rename(null)))))
          .isInstanceOf(StorageException.class);
      assertThat(adapter.result(operation.id())).isEmpty();
      assertThat(rows(working(branch))).contains("[1, Ann, 30]");
      assertThat(adapter.pending(branch, List.of(at(branch), petAt(branch)))).isEmpty();
    }
  }

  @Test
  void uncommittedChangesOfOneTableRefuseTheMergeOfBoth() {
    assumeTrue(adapter.capabilities().transactions() == Transactions.ALL_TABLES);
    BranchHandle feature = both("feature");
    write(feature, upsert(3, "Sid", 50));
    assertThatThrownBy(() ->
            adapter.apply(
                mergeOfBoth(feature),
                Map.of(person.id(), plan(NEW_ANN), pet.id(), plan(rename("Max")))))
        .isInstanceOfSatisfying(
            PendingChangesException.class, e -> assertThat(e.tables()).containsExactly("person"));
    assertThat(petRows(pets.get(feature.id()))).containsExactly("[1, Rex]");
    assertThat(adapter.touched(feature, List.of(petAt(feature)))).isEmpty();
  }

  @Test
  void aCommitTellsOnlyOfTablesThatChanged() {
    assumeTrue(adapter.capabilities().transactions() == Transactions.ALL_TABLES);
    for (BranchHandle branch : List.of(main, both("feature"))) {
      // given
      write(branch, upsert(1, "Anna", 30));
      RowsLocation before = heads.get(branch.id());

      // when
      Operation commit =
          new Operation(
              nextOperation(),
              branch,
              List.of(new CommitWorkingSet(at(branch)), new CommitWorkingSet(petAt(branch))));
      Map<String, RowsLocation> locations = adapter.apply(commit, Map.of()).locations();

      // then
      assertThat(locations.get(person.id())).isNotEqualTo(before);
      assertThat(locations.getOrDefault(pet.id(), pets.get(branch.id())))
          .isEqualTo(pets.get(branch.id()));
      heads.put(branch.id(), locations.get(person.id()));
      write(branch, upsert(1, "Ann", 30));
      commit(branch);
    }
  }

  @Test
  void liveChangesAreCommittedBelowAMerge() {
    assumeTrue(adapter.capabilities().transactions() == Transactions.ALL_TABLES);
    // given
    backend.applicationWrites(person, List.of(change(BOB, null)));
    nextOperation();
    Operation merge =
        new Operation(
            nextOperation(),
            main,
            List.of(new MergeRows(at(main), 0)),
            List.of(at(main), petAt(main)));

    // when
    OperationResult result = adapter.apply(merge, Map.of(person.id(), plan(NEW_ANN)));

    // then
    assertThat(result.live()).containsOnlyKeys(person.id());
    TableState live = new TableState.Committed(result.live().get(person.id()));
    TableState merged = new TableState.Committed(result.locations().get(person.id()));
    assertThat(kinds(head(main), live)).containsExactly("DELETE 2");
    assertThat(kinds(live, merged)).containsExactly("UPDATE 1");
    assertThat(usersRows()).containsExactlyInAnyOrder("[1, Anna, 30]", "[3, Cid, 50]");

    // when
    adapter.revert(merge);

    // then
    assertThat(usersRows()).containsExactlyInAnyOrder("[1, Ann, 30]", "[3, Cid, 50]");
    assertThat(pending(main)).isEqualTo(new PendingChanges(0, 0, 1));
  }

  @Test
  void liveChangesThatAreInConflictOvertakeAMerge() {
    // given
    backend.applicationWrites(person, List.of(change(ANN, Row.of("1", "Annie", "31"))));
    nextOperation();
    Operation merge =
        new Operation(
            nextOperation(), main, List.of(new MergeRows(at(main), 0)), List.of(at(main)));

    // then
    assertThatThrownBy(() -> adapter.apply(merge, Map.of(person.id(), plan(NEW_ANN))))
        .isInstanceOf(MergeOvertakenException.class);
    assertThat(usersRows()).contains("[1, Annie, 31]");
    assertThat(pending(main)).isEqualTo(new PendingChanges(0, 1, 0));
    assertThat(adapter.result(merge.id())).isEmpty();
  }
}
