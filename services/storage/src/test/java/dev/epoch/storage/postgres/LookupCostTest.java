package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.TableState;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

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
