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
  /** Rows of a statement whose keys go one by one. */
  private static final int FEW = 32;

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
  void manyKeysAreFewEntriesAndEachCountsOnce() throws SQLException {
    // when
    run("UPDATE readings SET v = v + 1");
    assertThat(entries("readings")).isEqualTo(FEW + 1);
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

  /** A statement with so many keys looks for what can be folded. */
  private void writeMany() throws SQLException {
    run("UPDATE readings SET v = v + 1 WHERE at > 3000");
  }

  private void fold(Connection by) throws SQLException {
    try (Statement statement = by.createStatement()) {
      statement.execute(
          "SELECT epoch.fold_touched_keys(epoch.object_of('o', t.table_id, p.branch_id), t.key_columns, p.open_id)"
              + " FROM epoch.branch_tables p JOIN epoch.tables t USING (table_id)"
              + " WHERE p.open_relation IS NOT NULL AND t.name = 'readings'");
    }
  }

  private static final String WRITE_ONE_OFTEN =
      """
      DO $$ BEGIN
        FOR i IN 1..%d LOOP
          UPDATE readings SET v = v + 1 WHERE at = i %% 50 + 1;
        END LOOP;
      END $$
      """;

  @Test
  void whatIsWrittenAgainAndAgainTakesNoMoreRoomThanTheRows() throws SQLException {
    // given
    run("INSERT INTO readings SELECT 'new', g, g FROM generate_series(3001, 20000) g");

    // when a row is written again and again
    run(WRITE_ONE_OFTEN.formatted(12_000));
    writeMany();

    // then its keys are together, but for what came after somebody looked by chance
    assertThat(entries("readings")).isLessThan(4 * FEW + 2_012);
    assertThat(changes("readings")).isEqualTo(50 + 17_000);

    // when all are written again and again
    for (int i = 0; i < 12; i++) {
      writeMany();
    }

    // then each is there twice at most, and some are
    assertThat(entries("readings")).isLessThan(16 * FEW + 30);
    assertThat(changes("readings")).isEqualTo(50 + 17_000);
    assertCommitsWhatIsSeen("readings");
  }

  @Test
  void oneFoldsWhileOthersWrite() throws SQLException {
    // given a database whose tables are all published, which asks rows that go who they are
    repository.database.executeAsSuperuser("CREATE PUBLICATION everything FOR ALL TABLES");
    run(WRITE_ONE_OFTEN.formatted(10_001));
    try (Connection other = repository.database.connect();
        Statement writing = other.createStatement()) {
      writing.execute("SELECT epoch.use_branch('feature')");
      writing.execute("SET lock_timeout = '10s'");

      // when one folds, and another writes and would
      session.setAutoCommit(false);
      run("UPDATE readings SET v = 0 WHERE at = 100");
      fold(session);
      writing.execute("UPDATE readings SET v = 0 WHERE at BETWEEN 200 AND 204");
      fold(other);
      session.rollback();
      session.setAutoCommit(true);

      // then nothing is lost with what is taken back
      assertThat(entries("readings")).isEqualTo(10_001 + 5);
      assertThat(changes("readings")).isEqualTo(50 + 5);

      // when a snapshot is older than what another has folded
      other.setAutoCommit(false);
      other.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      writing.execute("UPDATE readings SET v = 0 WHERE at = 300");
      fold(session);
      fold(other);
      other.commit();
    }

    // then
    assertThat(entries("readings")).isEqualTo(2);
    assertThat(changes("readings")).isEqualTo(50 + 6);
    repository.database.executeAsSuperuser("DROP PUBLICATION everything");
    assertCommitsWhatIsSeen("readings");
  }

  @Test
  void triggersThatComeLaterGiveOtherKeys() throws SQLException {
    // given a session that knows the table without
    run(
        "UPDATE readings SET v = 0 WHERE at = 1",
        """
        CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.at := NEW.at + 10000; RETURN NEW; END'
        """);
    try (Connection other = repository.database.connect();
        Statement altering = other.createStatement()) {
      altering.execute("SELECT epoch.use_branch('feature')");
      altering.execute(
          "CREATE TRIGGER later BEFORE UPDATE ON readings FOR EACH ROW EXECUTE FUNCTION later()");
    }

    // when
    run("UPDATE readings SET v = 0 WHERE at = 2", "UPDATE readings SET v = 0 WHERE at > 2900");

    // then
    assertThat(changes("readings")).isEqualTo(1 + 2 + 200);
    assertThat(one("SELECT count(*) FROM readings WHERE at > 10000")).isEqualTo("101");
  }

  @Test
  void captureCallsNothingThatSessionsBringAlong() throws SQLException {
    // given operators that a session's search_path finds before PostgreSQL's own
    run(
        "CREATE SCHEMA strange",
        """
        CREATE FUNCTION strange.fails(text, text) RETURNS boolean LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''called''; END'
        """,
        """
        CREATE FUNCTION strange.fails(bigint, integer) RETURNS boolean LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''called''; END'
        """,
        """
        CREATE FUNCTION strange.fails(numeric, numeric) RETURNS boolean LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''called''; END'
        """,
        """
        CREATE FUNCTION strange.current_setting(text, boolean) RETURNS text LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''called''; END'
        """);
    for (String types : List.of("text,text", "bigint,integer", "numeric,numeric")) {
      for (String operator : List.of("=", "<>", ">", "&", "-", "/")) {
        run(
            "CREATE OPERATOR strange.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = strange.fails)"
                .formatted(operator, types.split(",")[0], types.split(",")[1]));
      }
    }
    String own = one("SELECT current_setting('search_path')");
    run("SET search_path = strange, pg_catalog, " + own);

    // when
    run(
        "UPDATE readings SET v = 0",
        "DELETE FROM readings WHERE at OPERATOR(pg_catalog.=) 1",
        "INSERT INTO readings VALUES ('strange', 1, 1)",
        "UPDATE readings SET v = 1 WHERE station OPERATOR(pg_catalog.=) 'strange'",
        "UPDATE readings SET at = 3 WHERE station OPERATOR(pg_catalog.=) 'strange'",
        "UPDATE spans SET v = 0",
        "TRUNCATE spans");

    // then
    run("SET search_path = " + own);
    assertThat(changes("readings")).isEqualTo(3000 + 1);
    assertThat(changes("spans")).isEqualTo(1500);
  }

  @Test
  void workingSetsOfEarlierVersionsGoOn() throws SQLException {
    // given keys as they were kept before, each once by an index
    run("UPDATE readings SET v = 0 WHERE at <= 40", "DELETE FROM readings WHERE at = 1");
    String keys = repository.database.value(KEYS_OF.formatted("readings"));
    repository.database.execute(
        "DELETE FROM " + keys + " o USING " + keys + " p WHERE o.at = p.at AND o.ctid < p.ctid",
        "ALTER TABLE " + keys + " DROP COLUMN epoch_folded",
        "CREATE UNIQUE INDEX ON " + keys + " (at, station)",
        "CREATE INDEX ON " + keys + " (epoch_count) WHERE epoch_count IS NOT NULL");

    // when
    repository.database.value("SELECT epoch.renew_generated()");
    run(
        "UPDATE readings SET v = 1 WHERE at BETWEEN 39 AND 42",
        "UPDATE readings SET v = 2 WHERE at = 42");

    // then
    assertThat(changes("readings")).isEqualTo(42);
    assertThat(
            repository.database.value(
                "SELECT count(*) FROM pg_index WHERE indrelid = '" + keys + "'::regclass"))
        .isEqualTo("0");
    assertCommitsWhatIsSeen("readings");
  }
}
