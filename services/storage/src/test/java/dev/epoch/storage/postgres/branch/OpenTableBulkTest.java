package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.OpenedTables;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Statements that write many rows of an open table: their keys are captured in bulk. */
class OpenTableBulkTest {
  private static final String KEYS_OF =
      "SELECT to_regclass('epoch.' || quote_ident(epoch.object_of('o', p.table_id, p.branch_id)))"
          + " FROM epoch.branch_tables p JOIN epoch.tables t USING (table_id)"
          + " WHERE p.open_relation IS NOT NULL AND t.name = '%s'";

  private TestRepository repository;
  private BranchHandle feature;
  private Connection session;

  @BeforeEach
  void start() throws SQLException {
    repository =
        new TestRepository(
            """
            CREATE TABLE readings (
              station text COLLATE "C", at numeric(8, 2), v integer NOT NULL, PRIMARY KEY (at, station)
            )
            """,
            "CREATE TABLE spans (id integer[] PRIMARY KEY, v integer)",
            "INSERT INTO readings SELECT 's' || g % 3, g, g FROM generate_series(1, 3000) g",
            "INSERT INTO spans SELECT ARRAY[g, g], g FROM generate_series(1, 1500) g");
    repository.install("readings", "spans");
    feature = repository.branch("feature", repository.main);
    assertThat(repository.adapter.open(feature, List.of()).tables())
        .hasSize(2)
        .allMatch(OpenedTables.Table::open);
    session = repository.database.connect();
    run("SELECT epoch.use_branch('feature')");
  }

  @AfterEach
  void stop() throws SQLException {
    session.close();
    repository.close();
  }

  private void run(String... statements) throws SQLException {
    try (Statement statement = session.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private int changes(String table) {
    return repository
        .changes(table, repository.committed(feature, table), repository.working(feature, table))
        .size();
  }

  private int entries(String table) {
    String keys = repository.database.value(KEYS_OF.formatted(table));
    return Integer.parseInt(repository.database.value("SELECT count(*) FROM " + keys));
  }

  private void assertCommitsWhatIsSeen(String... tables) throws SQLException {
    Map<RowKey, Row> seen = repository.rows(tables[0], repository.working(feature, tables[0]));
    repository.commit(feature, tables);
    for (String table : tables) {
      assertThat(changes(table)).isZero();
      assertThat(entries(table)).isZero();
      assertThat(one("SELECT count(*) FROM " + table))
          .isEqualTo(
              String.valueOf(repository.rows(table, repository.committed(feature, table)).size()));
    }
    assertThat(repository.rows(tables[0], repository.committed(feature, tables[0])))
        .isEqualTo(seen);
  }

  private String one(String sql) {
    return TestDatabase.rows(session, sql).getFirst().getFirst();
  }

  @Test
  void manyKeysAreOneEntryAndEachCountsOnce() throws SQLException {
    // when
    run("UPDATE readings SET v = v + 1");
    assertThat(entries("readings")).isEqualTo(1);
    run(
        "UPDATE readings SET v = v + 1 WHERE at <= 2000",
        "UPDATE readings SET v = 0 WHERE at = 5",
        "DELETE FROM readings WHERE at <= 1200",
        "INSERT INTO readings SELECT 'new', g, g FROM generate_series(1, 1100) g",
        "INSERT INTO readings SELECT 's' || g % 3, g, g FROM generate_series(1, 1000) g");

    // then the first thousand are what they were
    assertThat(changes("readings")).isEqualTo(200 + 1100 + 1800);
    assertThat(repository.database.value("SELECT sum(v) FROM readings"))
        .isEqualTo(String.valueOf(3000 * 3001 / 2));
    assertCommitsWhatIsSeen("readings");
  }

  @Test
  void manyRowsGetOtherKeys() throws SQLException {
    // when
    run("UPDATE readings SET at = at + 1 WHERE at > 1500");

    // then the rows of 1501 and of 3001 and all between: each station is there every third time
    assertThat(changes("readings")).isEqualTo(3000);
    assertCommitsWhatIsSeen("readings");
  }

  @Test
  void whatIsTakenBackWasNotWritten() throws SQLException {
    // when
    session.setAutoCommit(false);
    run("SAVEPOINT s", "UPDATE readings SET v = 0", "ROLLBACK TO s", "DELETE FROM spans");
    session.rollback();
    session.setAutoCommit(true);

    // then
    assertThat(entries("readings")).isZero();
    assertThat(entries("spans")).isZero();

    // when
    run("TRUNCATE readings");
    assertThat(changes("readings")).isEqualTo(3000);
    assertCommitsWhatIsSeen("readings");
  }

  @Test
  void keysThatAreArraysGoOneByOne() throws SQLException {
    // when
    run("UPDATE spans SET v = v + 1", "DELETE FROM spans WHERE v < 100");

    // then
    assertThat(changes("spans")).isEqualTo(1500);
    assertThat(entries("spans")).isEqualTo(1500);
    assertCommitsWhatIsSeen("spans");
  }

  @Test
  void repeatedStatementsTakeNoMoreRoomThanTheTable() throws SQLException {
    // when
    for (int i = 0; i < 40; i++) {
      run("UPDATE readings SET v = v + 1");
    }

    // then 34 times 3,000 keys are more than what is kept without a look, then each is kept once
    assertThat(entries("readings")).isEqualTo(34 + 3000);
    assertThat(changes("readings")).isEqualTo(3000);
    assertCommitsWhatIsSeen("readings");
  }
}
