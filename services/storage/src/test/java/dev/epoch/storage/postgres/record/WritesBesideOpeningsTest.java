package dev.epoch.storage.postgres.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.PendingChanges;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records that are written while somebody opens their table. */
@Timeout(120)
class WritesBesideOpeningsTest {
  private static final String WAITS = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted";

  /** It waited for the opening, and went into layers that nobody reads then. */
  @Test
  void aWriteThatWaitedForTheOpeningIsInTheOpenTable() throws Exception {
    TestRepository repository =
        new TestRepository("CREATE TABLE t (id integer PRIMARY KEY, name text)");
    try (ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();
        Connection opener = repository.database.connect();
        Statement statement = opener.createStatement()) {
      // given
      repository.install("t");
      repository.database.execute("INSERT INTO t VALUES (1, 'one')");
      repository.commit(repository.main, "t");
      BranchHandle feature = repository.numberedBranch("feature", repository.main);
      opener.setAutoCommit(false);
      statement.execute(
          "SELECT epoch.open_branch_table('%s', '%s')"
              .formatted(feature.id(), repository.table("t").id()));

      // when
      RowWrite rename =
          new RowWrite.Upsert(Map.of("id", IntNode.valueOf(1), "name", TextNode.valueOf("uno")));
      Future<WriteResult> write =
          others.submit(() ->
              repository.adapter.write(feature, repository.at(feature, "t"), List.of(rename)));
      while (!repository.database.value(WAITS).equals("t")) {
        Thread.onSpinWait();
      }
      opener.commit();

      // then
      assertThat(write.get(60, TimeUnit.SECONDS)).isEqualTo(new WriteResult(0, 1, 0, 0));
      assertThat(repository.rows("t", repository.working(feature, "t")))
          .containsEntry(RowKey.of("1"), Row.of("1", "uno"));
      assertThat(repository.adapter.pending(feature, List.of(repository.at(feature, "t"))))
          .containsValue(new PendingChanges(0, 1, 0));
    } finally {
      repository.close();
    }
  }
}
