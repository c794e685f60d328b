package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.FormerOwnerException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.state.TableState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Working sets become commits, once, and back. */
abstract class CommitCases extends StorageAdapterCases {
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
    assertThat(again.locations()).isEqualTo(result.locations());
    assertThat(adapter.result(operation.id()).orElseThrow().locations())
        .isEqualTo(result.locations());
    heads.put(main.id(), result.locations().get(person.id()));
    assertThat(kinds(head(main), working(main))).containsExactly("UPDATE 2");
    adapter.forget(List.of(operation.id()));
    adapter.forget(List.of(operation.id()));
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
  void aFormerOwnerDoesNotUndoWhatALaterOneHasSettled() {
    // given a server that was paused before it undid the operation
    write(main, upsert(1, "Anna", 30));
    Operation operation = commit(main);
    List<String> rows = rows(head(main));

    // when
    assertThat(adapter.settle(operation.id(), 2).orElseThrow().locations())
        .isEqualTo(adapter.result(operation.id()).orElseThrow().locations());

    // then
    assertThatThrownBy(() -> adapter.revert(operation, 1)).isInstanceOf(FormerOwnerException.class);
    assertThat(adapter.settle(operation.id(), 1)).isPresent();
    assertThatThrownBy(() -> adapter.revert(operation, 1)).isInstanceOf(FormerOwnerException.class);
    assertThat(rows(head(main))).isEqualTo(rows);
    assertThat(pending(main).total()).isZero();
    adapter.revert(operation, 2);
    assertThat(pending(main).total()).isEqualTo(1);
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
}
