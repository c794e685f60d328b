package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.TableOwnedException;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.state.TableState.Empty;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a state is, and how its rows are read. */
abstract class StateCases extends StorageAdapterCases {
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
}
