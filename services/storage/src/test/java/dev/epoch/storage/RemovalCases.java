package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.query.ReadQuery;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.TableState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A table is versioned no more; commits read what they read. */
abstract class RemovalCases extends StorageAdapterCases {
  private static final Removal KEEPING = new Removal(false, true);

  @Test
  void commitsReadWhatTheyReadWhateverBecomesOfTheTable() {
    // given
    BranchHandle feature = branch("feature", main);
    List<TableState> states = new ArrayList<>(List.of(head(main)));
    for (int i = 0; i < 6; i++) {
      BranchHandle branch = i % 2 == 0 ? main : feature;
      write(branch, upsert(1 + i % 3, "v" + i, i), delete(1 + (i + 1) % 3), upsert(10 + i, "n", i));
      commit(branch);
      states.add(head(branch));
    }
    List<List<String>> contents = states.stream().map(this::rows).toList();
    List<List<String>> differences = new ArrayList<>();
    states.forEach(state -> differences.add(kinds(states.getFirst(), state)));
    write(main, upsert(1, "not committed", 1));
    write(feature, upsert(1, "not committed either", 1));

    // when
    adapter.remove(person, new Removal(true, true));
    adapter.remove(person, new Removal(true, true));
    TableHandle removed = person;
    person = new TableHandle("others", "tperson00002", "person", removed.path(), removed.schema());
    OperationId operation = nextOperation();
    adapter.install(operation, person);
    BranchHandle others = new BranchHandle("others", "bothers00001", "main", true);
    heads.put(others.id(), dev.epoch.events.table.RowsLocation.live(operation.position()));
    put(others);
    write(others, delete(10), upsert(12, "later", 1), upsert(99, "later", 1));
    commit(others);

    // then
    person = removed.asRemoved();
    for (int i = 0; i < states.size(); i++) {
      assertThat(rows(states.get(i))).as("state " + i).isEqualTo(contents.get(i));
      assertThat(kinds(states.getFirst(), states.get(i))).isEqualTo(differences.get(i));
      if (adapter.queries().isPresent()) {
        assertThat(counted(states.get(i))).isEqualTo(String.valueOf(contents.get(i).size()));
      }
    }
    assertThat(adapter.row(person, states.getFirst(), ANN.key(new int[] {0}))).contains(ANN);
  }

  private String counted(TableState state) {
    return adapter
        .queries()
        .orElseThrow()
        .query(
            new ReadQuery(
                "SELECT count(*) FROM person",
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
  void workThatIsNotCommittedIsLostOnlyWithForce() {
    // given
    BranchHandle feature = branch("feature", main);
    BranchHandle idle = branch("idle", main);
    write(feature, upsert(1, "Annie", 33));
    write(idle, upsert(1, "Annie", 33));
    write(idle, upsert(1, "Ann", 30));

    // when, then
    for (Removal how : List.of(KEEPING, new Removal(false, false))) {
      assertThatThrownBy(() -> adapter.requireRemovable(person, how))
          .isInstanceOf(PendingChangesException.class);
      assertThatThrownBy(() -> adapter.remove(person, how))
          .isInstanceOfSatisfying(
              PendingChangesException.class,
              e -> assertThat(e.branches()).containsExactly("feature"));
    }
    assertThat(pending(feature)).isEqualTo(new PendingChanges(0, 1, 0));
    assertThat(adapter.reclaimTables("people", Set.of(), true)).isEmpty();

    // when, then
    commit(feature);
    adapter.requireRemovable(person, KEEPING);
    adapter.remove(person, KEEPING);
    person = person.asRemoved();
    assertThat(rows(head(feature))).startsWith("[1, Annie, 33]");
  }

  @Test
  void whatIsKeptGoesWhenNothingReadsIt() {
    // given
    BranchHandle feature = branch("feature", main);
    write(feature, upsert(1, "Annie", 33));
    commit(feature);
    adapter.remove(person, KEEPING);
    TableHandle removed = person;
    person = removed.asRemoved();

    // when, then
    assertThat(adapter.reclaimTables("others", Set.of(), false)).isEmpty();
    assertThat(adapter.reclaimTables("people", Set.of(person.id()), false)).isEmpty();
    assertThat(adapter.reclaimTables("people", Set.of(), true)).containsExactly(person.id());
    assertThat(rows(head(main))).hasSize(3);
    adapter.dropBranch(feature);
    assertThat(adapter.reclaim("people", Set.of(main.id()), false)).containsExactly(feature.id());
    assertThatThrownBy(() -> rows(head(feature))).isInstanceOf(HistoryPrunedException.class);
    assertThat(rows(head(main))).hasSize(3);
    assertThat(adapter.reclaimTables("people", Set.of(), false)).containsExactly(person.id());
    assertThat(adapter.reclaimTables("people", Set.of(), false)).isEmpty();
    assertThatThrownBy(() -> rows(head(main))).isInstanceOf(HistoryPrunedException.class);
    adapter.remove(removed, KEEPING);
    adapter.remove(removed, Removal.OF_EVERYTHING);
  }

  @Test
  void whatWasKeptCanBeRemovedToo() {
    // given
    adapter.remove(person, KEEPING);

    // when
    adapter.remove(person, Removal.OF_EVERYTHING);

    // then
    person = person.asRemoved();
    assertThatThrownBy(() -> rows(head(main))).isInstanceOf(HistoryPrunedException.class);
    assertThat(adapter.reclaimTables("people", Set.of(), true)).isEmpty();
  }
}
