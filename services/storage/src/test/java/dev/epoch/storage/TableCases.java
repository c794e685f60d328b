package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.error.TableOwnedException;
import dev.epoch.storage.error.WriteKeyReusedException;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tables are found, captured, repaired and let go; records are written, or refused, at once. */
abstract class TableCases extends StorageAdapterCases {
  private VersionedTable keyed(String name, List<Row> rows, int... samples) {
    List<ValueKinds.Sample> types =
        Arrays.stream(samples).mapToObj(ValueKinds.of(backend)::get).toList();
    return new VersionedTable(
        backend,
        name,
        ValueKinds.columns(types, Collections.nCopies(types.size(), false)),
        List.of("c2", "c1"),
        rows);
  }

  @Test
  void tablesOfUsersAreListedAndEpochsAreNot() {
    assertThat(adapter.tables()).containsExactly(person.path());
    keyed("another", List.of(), 1, 7);
    assertThat(adapter.tables())
        .containsExactly(new TablePath(person.path().schema(), "another"), person.path());
    assertThatThrownBy(
            () -> adapter.introspect(new TablePath(person.path().schema(), "none"), List.of()))
        .isInstanceOf(TableNotFoundException.class);
  }

  @Test
  void theOrderOfACompositeKeyIsThatOfItsColumns() {
    // given: text and number, the number first in the key
    VersionedTable table =
        keyed("pairs", List.of(Row.of("b", "9"), Row.of("a", "10"), Row.of("a", "9")), 7, 1);

    // then
    assertThat(table.handle.schema().primaryKey()).containsExactly("c2", "c1");
    TableState head = table.head(table.main);
    assertThat(table.rows(head))
        .containsExactly(Row.of("a", "9"), Row.of("b", "9"), Row.of("a", "10"));
    assertThat(
            VersionedTable.list(
                adapter.rows(table.handle, head, RowQuery.page(RowKey.of("9", "a"), 1))))
        .containsExactly(Row.of("b", "9"));
    assertThat(adapter.row(table.handle, head, RowKey.of("9", "b"))).contains(Row.of("b", "9"));
    assertThat(adapter.row(table.handle, head, RowKey.of("10", "b"))).isEmpty();
  }

  @Test
  void rowsThatShareAPartOfTheKeyAreDifferentRows() {
    VersionedTable table = keyed("pairs", List.of(Row.of("a", "1"), Row.of("a", "2")), 7, 1);
    for (BranchHandle branch : List.of(table.branch("feature", table.main), table.main)) {
      TableState before = table.head(branch);
      table.write(branch, table.delete(RowKey.of("1", "a")), table.upsert(Row.of("b", "1")));
      table.commit(branch);
      assertThat(table.rows(table.head(branch)))
          .containsExactly(Row.of("b", "1"), Row.of("a", "2"));
      assertThat(table.changes(before, table.head(branch)))
          .containsExactlyInAnyOrder(
              new RowChange(RowKey.of("1", "a"), Row.of("a", "1"), null),
              new RowChange(RowKey.of("1", "b"), null, Row.of("b", "1")));
    }
  }

  @Test
  void touchedBranchesAreThoseThatWereWrittenSinceTheirLastCommit() {
    // given
    BranchHandle feature = branch("feature", main);
    BranchHandle idle = branch("idle", main);

    // when
    write(feature, upsert(1, "X", 1));
    write(main, upsert(2, "Y", 2));

    // then
    assertThat(adapter.touched(feature, List.of(at(feature)))).containsExactly(person.id());
    assertThat(adapter.touched(main, List.of(at(main)))).containsExactly(person.id());
    assertThat(adapter.touched(idle, List.of(at(idle)))).isEmpty();
    commit(feature);
    commit(main);
    assertThat(adapter.touched(feature, List.of(at(feature)))).isEmpty();
    assertThat(adapter.touched(main, List.of(at(main)))).isEmpty();
  }

  @Test
  void changesOfApplicationsAreUncommittedChangesOfTheDefaultBranch() {
    // given
    BranchHandle feature = branch("feature", main);

    // when
    backend.applicationWrites(
        person,
        List.of(
            change(ANN, Row.of("1", "Anna", "30")),
            change(CID, null),
            change(null, Row.of("4", "Dan", null))));

    // then
    assertThat(pending(main)).isEqualTo(new PendingChanges(1, 1, 1));
    assertThat(adapter.touched(main, List.of(at(main)))).containsExactly(person.id());
    assertThat(rows(head(main))).contains("[1, Ann, 30]", "[3, Cid, 50]");
    assertThat(rows(working(feature))).hasSize(3).contains("[1, Ann, 30]");
    commit(main);
    assertThat(rows(head(main))).containsExactly("[1, Anna, 30]", "[2, Bob, 40]", "[4, Dan, null]");
    assertThat(rows(working(feature))).hasSize(3).contains("[1, Ann, 30]");
  }

  @Test
  void aRequestIsWrittenAsAWholeOrNotAtAll() {
    for (BranchHandle branch : List.of(main, branch("feature", main))) {
      for (RowWrite bad :
          List.of(
              new RowWrite.Upsert(Map.of("none", TextNode.valueOf("x"))),
              new RowWrite.Upsert(Map.of("name", TextNode.valueOf("keyless"))),
              new RowWrite.Upsert(
                  Map.of("id", TextNode.valueOf("7"), "age", TextNode.valueOf("old"))),
              upsert(5, "twice", 1))) {
        assertThatThrownBy(() -> write(branch, upsert(5, "E", 5), delete(1), bad))
            .isInstanceOf(WriteRefusedException.class);
        assertThat(pending(branch).total()).isZero();
      }
    }
  }

  @Test
  void columnsThatARecordLeavesOutStay() {
    for (BranchHandle branch : List.of(main, branch("feature", main))) {
      RowWrite rename =
          new RowWrite.Upsert(Map.of("id", TextNode.valueOf("2"), "name", TextNode.valueOf("Rob")));
      assertThat(adapter.write(branch, at(branch), List.of(rename)))
          .isEqualTo(new WriteResult(0, 1, 0, 0));
      assertThat(rows(working(branch))).contains("[2, Rob, 40]");
      assertThat(adapter.write(branch, at(branch), List.of(rename, delete(9))))
          .isEqualTo(new WriteResult(0, 0, 0, 2));
    }
  }

  @Test
  void aWriteWithAKeyIsDoneOnce() {
    for (BranchHandle branch : List.of(main, branch("feature", main))) {
      WriteKey key = new WriteKey("people", "k " + branch.id(), "digest");
      List<RowWrite> writes = List.of(upsert(8, "Hal", 8), delete(2));

      // when
      WriteResult first = adapter.write(branch, at(branch), writes, Optional.of(key));
      write(branch, delete(8));
      WriteResult again = adapter.write(branch, at(branch), writes, Optional.of(key));

      // then
      assertThat(first).isEqualTo(new WriteResult(1, 0, 1, 0));
      assertThat(again).isEqualTo(first);
      assertThat(rows(working(branch))).containsExactly("[1, Ann, 30]", "[3, Cid, 50]");
      assertThatThrownBy(() ->
              adapter.write(
                  branch,
                  at(branch),
                  writes,
                  Optional.of(new WriteKey("people", key.key(), "another"))))
          .isInstanceOf(WriteKeyReusedException.class);
    }
  }

  @Test
  void aTableThatIsLetGoIsItsUsersAloneAndCanBeTakenAgain() {
    // given
    BranchHandle feature = branch("feature", main);
    write(feature, upsert(1, "Annie", 30));
    write(main, upsert(2, "Rob", 40));
    adapter.requireRemovable(person, Removal.OF_EVERYTHING);

    // when
    adapter.remove(person, Removal.OF_EVERYTHING);
    adapter.remove(person, Removal.OF_EVERYTHING);

    // then
    assertThat(usersRows())
        .containsExactlyInAnyOrder("[1, Ann, 30]", "[2, Rob, 40]", "[3, Cid, 50]");
    assertThatThrownBy(() -> rows(head(main))).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> write(feature, upsert(1, "A", 1)))
        .isInstanceOf(StorageException.class);

    // when: another repository takes it
    TableHandle theirs =
        new TableHandle("others", "ttheirs00001", "person", person.path(), person.schema());
    OperationId install = nextOperation();
    adapter.install(install, theirs);

    // then
    assertThat(
            texts(
                adapter.rows(
                    theirs,
                    new TableState.Committed(RowsLocation.live(install.position())),
                    RowQuery.page(null, 10))))
        .contains("[2, Rob, 40]")
        .hasSize(3);
    assertThatThrownBy(() -> adapter.install(nextOperation(), person))
        .isInstanceOf(TableOwnedException.class);
  }

  @Test
  void repairingWhatIsWholeChangesNothing() {
    // given
    BranchHandle feature = branch("feature", main);
    TableState first = head(main);
    write(main, upsert(1, "Anna", 30));
    write(feature, delete(2));
    commit(main);
    write(main, upsert(3, "Sid", 50));

    // when
    adapter.repair(person, 1);
    adapter.repair(person, 1);

    // then
    assertThat(rows(first)).containsExactly("[1, Ann, 30]", "[2, Bob, 40]", "[3, Cid, 50]");
    assertThat(rows(head(main))).contains("[1, Anna, 30]", "[3, Cid, 50]");
    assertThat(pending(main)).isEqualTo(new PendingChanges(0, 1, 0));
    assertThat(pending(feature)).isEqualTo(new PendingChanges(0, 0, 1));
  }

  @Test
  void whatIsRepairedCapturesFromThenOn() {
    // given
    adapter.remove(person, Removal.OF_EVERYTHING);

    // when
    adapter.repair(person, 1);
    put(main);
    TableState first = head(main);
    write(main, upsert(1, "Anna", 30));

    // then
    assertThat(rows(first)).contains("[1, Ann, 30]");
    assertThat(pending(main)).isEqualTo(new PendingChanges(0, 1, 0));
    commit(main);
    assertThat(kinds(first, head(main))).containsExactly("UPDATE 1");
    assertThatCode(() -> adapter.requireRemovable(person, Removal.OF_EVERYTHING))
        .doesNotThrowAnyException();
  }
}
