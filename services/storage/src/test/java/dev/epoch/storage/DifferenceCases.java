package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.state.TableState.Empty;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What lies between states. */
abstract class DifferenceCases extends StorageAdapterCases {
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
  void changesBetweenCommitsAreNetWhateverLiesBetween() {
    for (BranchHandle branch : List.of(main, branch("feature", main))) {
      // given
      write(branch, upsert(1, "A", 1), upsert(2, "Bob", 2), upsert(7, "G", 7));
      commit(branch);
      TableState first = head(branch);

      // when
      write(branch, upsert(1, "B", 1), delete(2), delete(7), upsert(8, "H", 8));
      commit(branch);
      TableState middle = head(branch);
      write(branch, upsert(1, "C", 1), upsert(2, "Bob", 2), upsert(9, "I", 9));
      commit(branch);
      TableState last = head(branch);
      write(branch, upsert(1, "D", 1), delete(9), upsert(7, "later", 7));

      // then
      List<RowChange> changes = changes(first, last);
      assertThat(changes)
          .containsExactly(
              change(Row.of("1", "A", "1"), Row.of("1", "C", "1")),
              change(Row.of("7", "G", "7"), null),
              change(null, Row.of("8", "H", "8")),
              change(null, Row.of("9", "I", "9")));
      assertThat(changes(last, first)).isEqualTo(changes.stream().map(RowChange::inverse).toList());
      assertThat(kinds(first, middle))
          .containsExactly("UPDATE 1", "DELETE 2", "DELETE 7", "INSERT 8");
      assertThat(kinds(middle, last)).containsExactly("UPDATE 1", "INSERT 2", "INSERT 9");
      assertThat(kinds(last, working(branch))).containsExactly("UPDATE 1", "INSERT 7", "DELETE 9");
      commit(branch);
    }
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
}
