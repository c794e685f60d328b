package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.CommitState;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.RowQuery;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A commit of everything holds transactions of applications wholly or not at all. */
class WholeTransactionsIT {
  private static final String WAITING =
      "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

  private TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer();
    for (String table : new String[] {"t", "u"}) {
      test.database.execute(
          "CREATE TABLE " + table + " (id int PRIMARY KEY, a text)",
          "INSERT INTO " + table + " VALUES (1, 'old'), (2, 'old')");
      test.register(table);
    }
    test.commit("main", "first");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @Test
  void aTableThatHadNoChangesWhenTheCommitBegan() throws Exception {
    // given changes of one table, and a transaction that has changed it, too
    test.database.execute("UPDATE t SET a = 'new' WHERE id = 1");
    CompletableFuture<CommitService.Committed> commit;
    try (Connection connection = test.database.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("UPDATE t SET a = 'new' WHERE id = 2");

      // when the other half of it comes while the commit waits for it
      commit = CompletableFuture.supplyAsync(() -> test.commit("main", "everything"));
      Instant end = Instant.now().plusSeconds(20);
      while (test.database.value(WAITING).equals("0")) {
        assertThat(Instant.now()).isBefore(end);
        TimeUnit.MILLISECONDS.sleep(Duration.ofMillis(2).toMillis());
      }
      statement.execute("UPDATE u SET a = 'new' WHERE id = 2");
      connection.commit();
    }

    // then
    CommitState committed = commit.get(60, TimeUnit.SECONDS).commit();
    assertThat(rows(committed, "t")).containsExactly("new", "new");
    assertThat(rows(committed, "u")).containsExactly("old", "new");
  }

  private List<String> rows(CommitState commit, String table) {
    List<String> values = new ArrayList<>();
    Snapshot at = Snapshot.of(test.repository().state(), commit, "commit");
    try (RowStream<Row> rows = test.server().reads().rows(at, table, RowQuery.all())) {
      while (rows.hasNext()) {
        values.add(rows.next().get(1));
      }
    }
    return values;
  }
}
