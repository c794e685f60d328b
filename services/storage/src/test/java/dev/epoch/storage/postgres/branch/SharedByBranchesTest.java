package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.TestRepository;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/**
 * Statements of sessions on a branch that only a table could do, or that would change what all
 * branches read, where Epoch's role may have event triggers.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedByBranchesTest {
  private TestRepository repository;
  private BranchHandle feature;
  private Connection session;

  @BeforeAll
  void start() throws SQLException {
    repository =
        new TestRepository(
            _ -> "postgres",
            "CREATE TYPE mood AS ENUM ('glad', 'sad')",
            "CREATE TYPE pair AS (x integer, y integer)",
            "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
            "CREATE SEQUENCE numbers",
            "CREATE TABLE items (id serial PRIMARY KEY, name text UNIQUE, m mood, p positive)",
            "CREATE TABLE \"Other Items\" (id integer PRIMARY KEY)",
            "INSERT INTO items (name, m) VALUES ('a', 'glad'), ('b', 'sad')");
    repository.install("items", "Other Items");
    feature = repository.numberedBranch("feature", repository.main);
    repository.database.executeAsSuperuser("UPDATE epoch.branches SET own_sequences = false");
    session = repository.database.connect();
    run("SELECT epoch.use_branch('feature')");
  }

  @AfterAll
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

  private String remedy(String sql, String state, String message) {
    PSQLException[] refused = new PSQLException[1];
    assertThatThrownBy(() -> run(sql))
        .isInstanceOfSatisfying(PSQLException.class, failure -> refused[0] = failure)
        .hasMessageContaining(message);
    assertThat(refused[0].getSQLState()).isEqualTo(state);
    return String.valueOf(refused[0].getServerErrorMessage().getHint());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE items ADD COLUMN n integer",
        "alter table if exists only items add column n integer",
        "ALTER TABLE items RENAME COLUMN name TO title",
        "ALTER TABLE items ALTER name SET DEFAULT 'x'",
        "CREATE INDEX ON items (name)",
        "CREATE UNIQUE INDEX CONCURRENTLY some_name ON items USING btree (name)",
        "CREATE TRIGGER t AFTER UPDATE OF name ON items FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE POLICY p ON items USING (true)",
        "CREATE RULE r AS ON INSERT TO items DO NOTHING",
        "COMMENT ON TABLE items IS 'x'",
        "DROP TABLE items"
      })
  void whatAltersALayeredTableNamesTheRemedy(String sql) {
    assertThat(remedy(sql, "EP003", "\"items\" is layered"))
        .contains("SELECT epoch.open_table('items')");
  }

  @Test
  void namesMayBeQuoted() {
    assertThat(
            remedy(
                "ALTER TABLE \"Other Items\" ADD n integer", "EP003", "\"Other Items\" is layered"))
        .contains("SELECT epoch.open_table('Other Items')");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM items FOR UPDATE",
        "SELECT * FROM items WHERE id = 1 FOR NO KEY UPDATE NOWAIT",
        "SELECT * FROM items FOR UPDATE SKIP LOCKED LIMIT 1",
        "SELECT * FROM items FOR SHARE",
        "SELECT * FROM items FOR KEY SHARE",
        "SELECT * FROM (SELECT id FROM items) AS i JOIN \"Other Items\" AS o USING (id) FOR UPDATE OF i",
        "WITH chosen AS (SELECT id FROM items LIMIT 1 FOR UPDATE) SELECT * FROM chosen"
      })
  void rowsOfALayeredTableAreNotLockedInSilence(String sql) {
    remedy(sql, "0A000", "cannot be applied to the nullable side of an outer join");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INSERT INTO items (id, name) VALUES (1, 'x') ON CONFLICT DO NOTHING | 23505 | items_pkey",
        "INSERT INTO items (id, name) VALUES (9, 'b') ON CONFLICT DO NOTHING | 23505 | items_name_key"
      })
  void anUpsertOfALayeredTableNamesTheRemedy(String sql, String state, String message) {
    assertThat(remedy(sql, state, message)).contains("ON CONFLICT", "epoch.open_table('items')");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ALTER TYPE mood ADD VALUE 'fine' | CREATE TYPE mood AS ENUM ('glad', 'sad', 'fine');",
        "ALTER TYPE public.mood RENAME VALUE 'sad' TO 'bad' | USING ...::text::mood",
        "ALTER TYPE pair ADD ATTRIBUTE z integer | CREATE TYPE pair",
        "ALTER DOMAIN positive DROP CONSTRAINT positive_check | CREATE DOMAIN positive",
        "ALTER SEQUENCE numbers RESTART | --own-sequences",
        "ALTER SEQUENCE items_id_seq INCREMENT 10 | --own-sequences",
        "DROP TYPE pair | use_branch('main')",
        "DROP SEQUENCE numbers | use_branch('main')"
      })
  void whatAllBranchesReadStays(String sql, String remedy) throws SQLException {
    assertThat(remedy(sql, "EP002", "for everybody")).contains(remedy);

    // when the session means it
    run("BEGIN", "SET LOCAL epoch.allow_live_writes = on");
    if (!sql.contains("ADD VALUE")) {
      run(sql);
    }
    run("ROLLBACK");
  }

  @Test
  void whatABranchHasMadeIsItsOwn() throws SQLException {
    run(
        "CREATE TYPE mood AS ENUM ('glad', 'sad')",
        "ALTER TYPE mood ADD VALUE 'fine'",
        "CREATE DOMAIN positive AS integer",
        "ALTER DOMAIN positive SET NOT NULL",
        "CREATE SEQUENCE numbers",
        "ALTER SEQUENCE numbers RESTART WITH 5",
        "CREATE TABLE made (id serial PRIMARY KEY, m mood)",
        "ALTER TABLE made ADD n bigserial",
        "DROP TABLE made",
        "DROP SEQUENCE numbers",
        "DROP DOMAIN positive",
        "DROP TYPE mood",
        "CREATE TEMPORARY SEQUENCE mine",
        "ALTER SEQUENCE mine RESTART");
    assertThat(
            repository.database.rows(
                "SELECT string_agg(enumlabel, ' ' ORDER BY enumsortorder) FROM pg_enum"))
        .containsExactly(List.of("glad sad"));

    // when: sessions on no branch
    run("SELECT epoch.use_branch('main')", "ALTER SEQUENCE numbers RESTART WITH 7");
    run("SELECT epoch.use_branch('feature')");
  }

  @Test
  void openTablesDoAllOfThat() throws SQLException {
    BranchHandle open = repository.numberedBranch("open", repository.main);
    repository.adapter.open(open, List.of());
    try {
      run(
          "SELECT epoch.use_branch('open')",
          "SELECT * FROM items FOR UPDATE SKIP LOCKED",
          "INSERT INTO items (id, name) VALUES (1, 'x') ON CONFLICT (id) DO NOTHING",
          "ALTER TABLE items ADD COLUMN n integer",
          "CREATE INDEX ON items (n)",
          "COMMENT ON TABLE items IS 'x'",
          "TRUNCATE items");
    } finally {
      run("SELECT epoch.use_branch('feature')");
    }
  }
}
