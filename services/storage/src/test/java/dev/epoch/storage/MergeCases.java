package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.Repoint;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.TableState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows that are merged land, are anchored, and are taken back. */
abstract class MergeCases extends StorageAdapterCases {
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
}
