package dev.epoch.storage.postgres.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.ReadQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What differs is looked up by key, whatever statistics say. */
class LookupCostTest {
  private static final int ROWS = 3_000;

  /**
   * Statistics of a history whose rows were all of one position say that none is younger. The index
   * on positions then promises one row, and would be read as a whole for each key.
   */
  @Test
  void staleStatisticsOfPositionsDoNotMakeLookupsQuadratic() throws SQLException {
    try (TestRepository repository =
        new TestRepository(
            "CREATE TABLE items (id integer PRIMARY KEY, n integer)",
            "INSERT INTO items SELECT i, 0 FROM generate_series(1, 100 * %d) AS i".formatted(ROWS),
            "ANALYZE items")) {
      // given
      repository.install("items");
      change(repository);
      try (Connection session = repository.database.connect()) {
        String history = history(session);
        repository.database.execute(
            "ALTER TABLE epoch.%1$s SET (autovacuum_enabled = off)".formatted(history),
            "ANALYZE epoch." + history);
        TableState before = repository.committed(repository.main, "items");
        change(repository);
        TableState after = repository.committed(repository.main, "items");
        long read = rowsReadByPosition(session, history);

        // when
        assertThat(repository.changes("items", before, after)).hasSize(ROWS);

        // then
        assertThat(rowsReadByPosition(session, history) - read).isLessThan(10L * ROWS);
      }
    }
  }

  /** A subquery that runs for each row of another table does not read the history each time. */
  @ParameterizedTest
  @ValueSource(strings = {"id", "id, part"})
  void subqueriesReadAnOldCommitsImagesAFewTimes(String key) throws SQLException {
    try (TestRepository repository =
        new TestRepository(
            "CREATE TABLE others (id integer PRIMARY KEY)",
            "INSERT INTO others SELECT generate_series(1, 100)",
            "CREATE TABLE items (id integer, part integer, n integer, PRIMARY KEY (%s))"
                .formatted(key),
            "INSERT INTO items SELECT i, i, i FROM generate_series(1, 27) AS i")) {
      // given
      repository.install("others", "items");
      TableState others = repository.committed(repository.main, "others");
      TableState old = repository.committed(repository.main, "items");
      int commits = 20;
      for (int i = 0; i < commits; i++) {
        repository.write(
            repository.main,
            "UPDATE items SET n = n + 1000",
            "DELETE FROM items WHERE id = 5",
            "INSERT INTO items VALUES (5, %d, 0)".formatted(i + 100));
        repository.commit(repository.main, "items");
      }
      repository.write(repository.main, "DELETE FROM items WHERE id > 20");
      try (Connection session = repository.database.connect()) {
        String history =
            TestDatabase.rows(session, "SELECT epoch.object_of('h', 't2')").getFirst().getFirst();
        long read = rowsRead(session, history);

        // when
        QueryResult answer =
            repository.adapter.query(
                new ReadQuery(
                    """
                    SELECT sum((SELECT sum(i.n) FROM items i WHERE i.n <= o.id)) AS sums,
                      (SELECT count(*) FROM items) AS items
                    FROM others o
                    """,
                    List.of(),
                    Map.of(repository.table("others"), others, repository.table("items"), old),
                    10,
                    Duration.ofSeconds(20)));

        // then: the sum of 1 to k for each k up to 27, and 73 times that up to 27
        assertThat(answer.rows().toString()).isEqualTo("[[%d, 27]]".formatted(3654 + 73 * 378));
        assertThat(rowsRead(session, history) - read).isLessThan(10L * 28 * commits);
      }
    }
  }

  /** Counted by PostgreSQL; sessions tell it at least once a second. */
  private static long rowsRead(Connection session, String table) {
    TestDatabase.rows(session, "SELECT pg_sleep(1.5), pg_stat_clear_snapshot()");
    return Long.parseLong(
        TestDatabase.rows(
                session,
                "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = '%s'"
                    .formatted(table))
            .getFirst()
            .getFirst());
  }

  private static void change(TestRepository repository) {
    repository.database.execute("UPDATE items SET n = n + 1 WHERE id <= " + ROWS);
    repository.commit(repository.main, "items");
  }

  private static String history(Connection session) {
    return TestDatabase.rows(session, "SELECT epoch.object_of('h', 't1')").getFirst().getFirst();
  }

  /** Counted by PostgreSQL; sessions tell it at least once a second. */
  private static long rowsReadByPosition(Connection session, String history) {
    TestDatabase.rows(session, "SELECT pg_sleep(1.5), pg_stat_clear_snapshot()");
    return Long.parseLong(
        TestDatabase.rows(
                session,
                "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE relname = '%s' AND indexrelname LIKE '%%epoch_to_idx'"
                    .formatted(history))
            .getFirst()
            .getFirst());
  }
}
