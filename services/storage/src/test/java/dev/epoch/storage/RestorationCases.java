package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationExecutor.CommittedChanges;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is stored is written anew from the log. */
abstract class RestorationCases extends StorageAdapterCases {
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
}
