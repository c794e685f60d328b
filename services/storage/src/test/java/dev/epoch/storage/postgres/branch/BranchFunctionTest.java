package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the functions of the live schema mean to a session on a branch. */
class BranchFunctionTest {
  private TestRepository repository;
  private Connection session;

  @BeforeEach
  void start() throws SQLException {
    repository =
        new TestRepository(
            "CREATE TABLE items (id serial PRIMARY KEY, n integer)",
            "INSERT INTO items (n) VALUES (1), (2), (3)",
            "CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT sum(n) FROM"
                + " items'",
            """
            CREATE FUNCTION looked_up() RETURNS bigint LANGUAGE plpgsql AS $$
            DECLARE one items%ROWTYPE; BEGIN
              SELECT * INTO one FROM items WHERE id = 1;
              RETURN one.n;
            END $$
            """,
            """
            CREATE FUNCTION raise(by integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS
            $$ BEGIN UPDATE items SET n = n + by; END $$
            """,
            """
            CREATE PROCEDURE add_item(n integer) LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO items (n) VALUES (n); COMMIT; END $$
            """,
            """
            CREATE FUNCTION settled() RETURNS bigint LANGUAGE sql STABLE
            SET search_path = public AS 'SELECT sum(n) FROM items'
            """,
            """
            CREATE FUNCTION raise_settled() RETURNS void LANGUAGE sql
            SET search_path = public AS 'UPDATE items SET n = 0'
            """,
            "CREATE FUNCTION parsed() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT sum(n)"
                + " FROM items; END",
            "CREATE FUNCTION raise_parsed() RETURNS void LANGUAGE sql BEGIN ATOMIC UPDATE items SET"
                + " n = 0; END",
            "CREATE VIEW totals AS SELECT total() AS n");
    repository.install("items");
    BranchHandle feature = repository.branch("feature", repository.main);
    session = repository.database.connect();
    // plans that are kept were made for the live table
    assertThat(one("SELECT total() || ' ' || looked_up()")).isEqualTo("6 1");
    run("SELECT raise(0)");
    run("SELECT epoch.use_branch('feature')");
    repository.adapter.open(feature, List.of());
  }

  @AfterEach
  void stop() throws SQLException {
    session.close();
    repository.close();
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private String one(String sql) {
    return TestDatabase.rows(session, sql).getFirst().getFirst();
  }

  @Test
  void functionsReadAndWriteTheBranchByTheSessionsPath() throws SQLException {
    run("SELECT raise(10)");
    run("CALL add_item(100)");

    assertThat(one("SELECT total() || ' ' || looked_up()")).isEqualTo("136 11");
    assertThat(one("SELECT n FROM totals")).isEqualTo("136");
    assertThat(repository.database.value("SELECT total()")).isEqualTo("6");
    run("RESET search_path");
    assertThat(one("SELECT total() || ' ' || looked_up()")).isEqualTo("6 1");
  }

  @Test
  void whatHasItsOwnPathOrWasParsedReadsLiveAndIsKeptFromWriting() throws SQLException {
    run("UPDATE items SET n = 50");

    assertThat(one("SELECT settled() || ' ' || parsed()")).isEqualTo("6 6");
    for (String writing : List.of("raise_settled", "raise_parsed")) {
      assertThatThrownBy(() -> run("SELECT " + writing + "()"))
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("EP002");
    }
    assertThat(repository.database.value("SELECT total()")).isEqualTo("6");
    assertThat(one("SELECT total()")).isEqualTo("150");
  }
}
