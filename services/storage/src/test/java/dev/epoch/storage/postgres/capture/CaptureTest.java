package dev.epoch.storage.postgres.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.postgres.catalog.Layout;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/**
 * The working set, undone on the live table, is the state at the last commit, whatever applications
 * do.
 */
class CaptureTest {
  private VersionedDatabase database;

  @BeforeEach
  void start() {
    database = VersionedDatabase.start();
  }

  @AfterEach
  void stop() {
    database.close();
  }

  /** A captured table {@code items(id, name, n)} with rows 1 to 5. */
  private TableHandle items() {
    database
        .sql()
        .execute(
            "CREATE TABLE items (id integer PRIMARY KEY, name text UNIQUE, n integer DEFAULT 0)",
            "INSERT INTO items SELECT i, 'item' || i, i FROM generate_series(1, 5) AS i");
    return database.installReal(new TablePath("public", "items"), "items");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO items VALUES (6, 'six', 6), (7, 'seven', 7)",
        "UPDATE items SET n = n + 1",
        "UPDATE items SET n = n",
        "DELETE FROM items WHERE id > 2",
        "UPDATE items SET id = id + 100",
        "UPDATE items SET id = 9 WHERE id = 5; UPDATE items SET id = 5 WHERE id = 4",
        "UPDATE items SET n = 7 WHERE id = 1; UPDATE items SET n = 8 WHERE id = 1",
        "INSERT INTO items VALUES (6, 'six', 6); DELETE FROM items WHERE id = 6",
        "DELETE FROM items WHERE id = 3; INSERT INTO items VALUES (3, 'again', 3)",
        "TRUNCATE items",
        "UPDATE items SET n = 50 WHERE id = 2; DELETE FROM items WHERE id = 3; TRUNCATE items",
        "TRUNCATE items; INSERT INTO items VALUES (1, 'one', 1)",
        """
        INSERT INTO items VALUES (1, 'upsert', 1), (8, 'eight', 8)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name
        """,
        "INSERT INTO items VALUES (1, 'ignored', 1), (8, 'eight', 8) ON CONFLICT DO NOTHING",
        """
        MERGE INTO items AS t
        USING (VALUES (1, 'a'), (2, 'b'), (9, 'c')) AS s (id, name) ON t.id = s.id
        WHEN MATCHED AND s.id = 1 THEN DELETE
        WHEN MATCHED THEN UPDATE SET name = s.name
        WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.name, 0)
        """,
        """
        WITH gone AS (DELETE FROM items WHERE id = 1 RETURNING *)
        INSERT INTO items SELECT id + 10, name || 'x', n FROM gone
        """,
        "INSERT INTO items SELECT i, 'many' || i, i FROM generate_series(10, 5000) AS i",
        """
        INSERT INTO items SELECT i, 'many' || i, i FROM generate_series(10, 5000) AS i;
        UPDATE items SET n = n + 1;
        UPDATE items SET id = id + 10000;
        DELETE FROM items WHERE id % 2 = 0
        """
      })
  void everyStatementIsCaptured(String statements) {
    assumeTrue(StoragePostgres.majorVersion() >= 15 || !statements.startsWith("MERGE"));

    // given
    TableHandle items = items();
    List<List<String>> before = database.sql().rows("SELECT * FROM items ORDER BY id");

    // when
    database.sql().execute(statements);

    // then
    assertThat(database.lastCommit(items)).isEqualTo(before);
  }

  @Test
  void manyRowsAfterACommitWithPendingChangesAmongThem() {
    // given
    TableHandle items = items();
    database
        .sql()
        .execute("INSERT INTO items SELECT i, 'many' || i, i FROM generate_series(10, 5000) AS i");
    database.commit(items, "id", "name", "n");
    List<List<String>> before = database.sql().rows("SELECT * FROM items ORDER BY id");

    // when
    database
        .sql()
        .execute(
            "UPDATE items SET n = -1 WHERE id % 3 = 0",
            "UPDATE items SET n = n - 1",
            "DELETE FROM items WHERE id % 5 = 0",
            "UPDATE items SET id = id + 5000 WHERE id % 7 = 0");

    // then
    assertThat(database.lastCommit(items)).isEqualTo(before);
    database.commit(items, "id", "name", "n");
    assertThat(database.lastCommit(items))
        .isEqualTo(database.sql().rows("SELECT * FROM items ORDER BY id"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"integer", "text", "whole", "numeric(9, 2)"})
  void manyRowsInStretchesThatTouchAndOverlap(String type) {
    // given keys whose operators are PostgreSQL's, and others
    database
        .sql()
        .execute(
            "CREATE DOMAIN whole AS integer",
            "CREATE TABLE stretches (id %s PRIMARY KEY, n integer)".formatted(type),
            "INSERT INTO stretches SELECT (10000 + i)::text::numeric::%s, 0 FROM generate_series(1, 9000) AS i"
                .formatted(type));
    TableHandle stretches = database.installReal(new TablePath("public", "stretches"), "stretches");
    String rows = "SELECT * FROM stretches ORDER BY id";
    List<List<String>> before = database.sql().rows(rows);
    String update =
        "UPDATE stretches SET n = n + 1 WHERE id::text::numeric - 10000 BETWEEN %d AND %d";

    // when
    database
        .sql()
        .execute(
            update.formatted(1, 2000),
            update.formatted(2001, 4000),
            update.formatted(3000, 5000),
            update.formatted(8000, 9000),
            update.formatted(7000, 8000),
            update.formatted(1, 9000));

    // then
    assertThat(database.lastCommit(stretches)).isEqualTo(before);
    database.commit(stretches, "id", "n");
    assertThat(database.lastCommit(stretches)).isEqualTo(database.sql().rows(rows));
  }

  @Test
  @Timeout(30)
  void statisticsThatSayEmptyDoNotMakePlansQuadratic() throws Exception {
    // given
    TableHandle items = items();
    BranchHandle branch = database.branch("feature/x", items);
    String workingSet = "epoch." + Quote.identifier(Layout.of(items).workingSet());
    database
        .sql()
        .execute(
            "INSERT INTO items SELECT i, 'many' || i, i FROM generate_series(10, 60000) AS i",
            "DELETE FROM " + workingSet,
            "VACUUM ANALYZE items",
            "VACUUM ANALYZE " + workingSet);
    try (Connection reader = database.connect(branch);
        PreparedStatement count = reader.prepareStatement("SELECT count(*) FROM items")) {
      ((org.postgresql.PGStatement) count).setPrepareThreshold(1);
      for (int i = 0; i < 8; i++) {
        count.executeQuery().close();
      }

      // when
      database.sql().execute("UPDATE items SET n = n + 1");
      try (ResultSet rows = count.executeQuery()) {
        rows.next();

        // then
        assertThat(rows.getInt(1)).isEqualTo(59_996);
      }
    }
  }

  @Test
  void keysMaySwapWhereTheKeyIsDeferrable() {
    // given
    database
        .sql()
        .execute(
            "CREATE TABLE pairs (id integer PRIMARY KEY DEFERRABLE, name text)",
            "INSERT INTO pairs VALUES (1, 'one'), (2, 'two')");
    TableHandle pairs = database.install("pairs", "id");

    // when
    database.sql().execute("UPDATE pairs SET id = 3 - id");

    // then
    assertThat(database.sql().rows("SELECT * FROM pairs ORDER BY id"))
        .containsExactly(List.of("1", "two"), List.of("2", "one"));
    assertThat(
            database
                .sql()
                .rows(
                    "SELECT epoch_kind, id, name FROM epoch."
                        + Quote.identifier(Layout.of(pairs).workingSet())
                        + " ORDER BY id"))
        .containsExactly(List.of("1", "1", "one"), List.of("1", "2", "two"));
  }

  @Test
  void copyIsCaptured() throws Exception {
    // given
    TableHandle items = items();
    List<List<String>> before = database.sql().rows("SELECT * FROM items ORDER BY id");

    // when
    try (Connection connection = database.sql().connect()) {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn("COPY items FROM STDIN", new StringReader("10\tten\t1\n11\televen\t1\n"));
    }

    // then
    assertThat(database.sql().value("SELECT count(*) FROM items")).isEqualTo("7");
    assertThat(database.lastCommit(items)).isEqualTo(before);
  }

  @Test
  void rowsChangedByTriggersOfTheUserAreCapturedAsTheyAre() {
    // given
    TableHandle items = items();
    database
        .sql()
        .execute(
            """
            CREATE FUNCTION move() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              NEW.id := NEW.id + 1000;
              RETURN NEW;
            END
            $$
            """,
            "CREATE TRIGGER move BEFORE UPDATE OF n ON items FOR EACH ROW EXECUTE FUNCTION move()");
    List<List<String>> before = database.sql().rows("SELECT * FROM items ORDER BY id");

    // when: the statement does not name the key
    database.sql().execute("UPDATE items SET n = 0 WHERE id < 3");

    // then
    assertThat(database.sql().value("SELECT max(id) FROM items")).isEqualTo("1002");
    assertThat(database.lastCommit(items)).isEqualTo(before);
  }

  @Test
  void partitionsAreCapturedWhicheverWayTheyAreWritten() {
    // given
    database
        .sql()
        .execute(
            """
            CREATE TABLE events (region text, id integer, note text, PRIMARY KEY (region, id))
            PARTITION BY LIST (region)
            """,
            "CREATE TABLE events_eu PARTITION OF events FOR VALUES IN ('eu')",
            // another order of columns
            "CREATE TABLE events_us (note text, id integer NOT NULL, region text NOT NULL)",
            "ALTER TABLE events ATTACH PARTITION events_us FOR VALUES IN ('us')",
            """
            CREATE TABLE events_rest PARTITION OF events DEFAULT PARTITION BY RANGE (id)
            """,
            "CREATE TABLE events_rest_1 PARTITION OF events_rest FOR VALUES FROM (0) TO (100)",
            "INSERT INTO events VALUES ('eu', 1, 'a'), ('us', 1, 'b'), ('asia', 1, 'c')");
    TableHandle events = database.installReal(new TablePath("public", "events"), "events");
    String all = "SELECT * FROM events ORDER BY region, id";
    List<List<String>> before = database.sql().rows(all);

    // when
    database
        .sql()
        .execute(
            "UPDATE events SET note = note || '!'",
            "INSERT INTO events_us (id, region, note) VALUES (2, 'us', 'direct')",
            "UPDATE events_rest_1 SET note = 'direct', id = 7",
            "UPDATE events SET region = 'us', id = 9 WHERE region = 'eu'",
            "DELETE FROM events_us WHERE id = 1",
            "TRUNCATE events_rest");

    // then
    assertThat(database.lastCommit(events)).isEqualTo(before);

    // when: TRUNCATE of the whole
    database.commit(events, "region", "id", "note");
    before = database.sql().rows(all);
    database.sql().execute("TRUNCATE events");

    // then
    assertThat(database.lastCommit(events)).isEqualTo(before);
  }

  @Test
  void partitionsAttachedLaterAreReported() {
    // given
    database
        .sql()
        .execute(
            "CREATE TABLE log (day integer PRIMARY KEY) PARTITION BY RANGE (day)",
            "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (0) TO (10)");
    TableHandle log = database.installReal(new TablePath("public", "log"), "log");
    assertThat(database.capture.uncapturedPartitions()).isEmpty();

    // when
    database.sql().execute("CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM (10) TO (20)");

    // then
    assertThat(database.capture.uncapturedPartitions()).containsExactly("public.log_2");
    database.sql().rows("SELECT epoch.capture_partitions(?)", log.id());
    assertThat(database.capture.uncapturedPartitions()).isEmpty();
    database.sql().execute("INSERT INTO log_2 VALUES (11)");
    assertThat(database.lastCommit(log)).isEmpty();
  }

  @Test
  void valuesOfEveryTypeKeepTheirImage() {
    // given
    database
        .sql()
        .execute(
            "CREATE TYPE mood AS ENUM ('sad', 'ok')",
            "CREATE DOMAIN percent AS numeric(5, 2) NOT NULL CHECK (VALUE BETWEEN 0 AND 100)",
            "CREATE TYPE address AS (street text, zip percent)",
            """
            CREATE TABLE "Every Type's" (
              "The ""Key"" x" text COLLATE "C" PRIMARY KEY,
              "select" percent,
              mood mood DEFAULT 'ok',
              address address,
              tags text[] NOT NULL DEFAULT '{a,b}',
              document json,
              body jsonb,
              point point,
              period tstzrange,
              bits bit(3),
              code char(4),
              raw bytea,
              number bigint GENERATED ALWAYS AS IDENTITY,
              doubled numeric GENERATED ALWAYS AS ("select" * 2) STORED,
              "tg_op" text,
              "new" text,
              "old_rows" text,
              span interval,
              net inet,
              xml text
            )
            """,
            """
            INSERT INTO "Every Type's" VALUES (
              'k''1', 12.5, 'sad', ROW ('x', 1), '{c}', '{"a": 1}', '{"a": 1}', '(1,2)',
              '[2020-01-01,2021-01-01)', '101', 'ab', '\\x00ff', DEFAULT, DEFAULT, 'o', 'n', 'r',
              '1 day', '::1', '<a/>'
            )
            """,
            "INSERT INTO \"Every Type's\" (\"The \"\"Key\"\" x\", \"select\") VALUES ('k2', 0)");
    TableHandle table = database.installReal(new TablePath("public", "Every Type's"), "types");
    String all = "SELECT * FROM \"Every Type's\" ORDER BY 1";
    List<List<String>> before = database.sql().rows(all);

    // when
    database
        .sql()
        .execute(
            "UPDATE \"Every Type's\" SET \"select\" = 99, document = '{}', point = '(0,0)', address.zip = 5 WHERE mood = 'sad'",
            "INSERT INTO \"Every Type's\" (\"The \"\"Key\"\" x\", \"select\") VALUES ('k3', 1)",
            "UPDATE \"Every Type's\" SET \"The \"\"Key\"\" x\" = 'k4' WHERE \"The \"\"Key\"\" x\" = 'k2'");

    // then
    assertThat(database.lastCommit(table)).isEqualTo(before);

    // when
    database.sql().execute("TRUNCATE \"Every Type's\"");

    // then
    assertThat(database.lastCommit(table)).isEqualTo(before);
  }

  @Test
  void keysOfAnExtensionsTypeAreComparedWithItsOwnOperator() {
    // given
    database
        .sql()
        .execute(
            "CREATE COLLATION ignore_case (provider = icu, deterministic = false, locale = 'und-u-ks-level2')",
            "CREATE TABLE words (word text COLLATE ignore_case PRIMARY KEY, n integer)",
            "INSERT INTO words VALUES ('one', 1), ('two', 2)");
    TableHandle words = database.installReal(new TablePath("public", "words"), "words");

    // when: the same key in another spelling
    database
        .sql()
        .execute(
            "UPDATE words SET word = 'ONE' WHERE word = 'oNe'",
            "DELETE FROM words WHERE word = 'TWO'");

    // then
    assertThat(database.lastCommit(words))
        .containsExactlyInAnyOrder(List.of("one", "1"), List.of("two", "2"));
  }

  @Test
  void rolesWithoutRightsInTheSchemaAreCaptured() {
    // given
    TableHandle items = items();
    String role = database.sql().role("clerk_" + database.sql().name());
    database.sql().execute("GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON items TO " + role);
    List<List<String>> before = database.sql().rows("SELECT * FROM items ORDER BY id");

    // when
    database
        .sql()
        .executeAs(
            role,
            "SET search_path = ''",
            "UPDATE public.items SET n = 5",
            "INSERT INTO public.items VALUES (9, 'nine')",
            "DELETE FROM public.items WHERE id = 1",
            "TRUNCATE public.items");

    // then
    assertThat(database.lastCommit(items)).isEqualTo(before);
    assertThatThrownBy(
            () -> database.sql().executeAs(role, "SELECT epoch.remove_table('" + items.id() + "')"))
        .hasMessageContaining("permission denied");
    try (Connection connection = database.sql().connect(role)) {
      assertThatThrownBy(() -> TestDatabase.rows(connection, "SELECT * FROM epoch.tables"))
          .hasMessageContaining("permission denied");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } finally {
      database.sql().execute("REVOKE ALL ON items FROM " + role);
    }
  }
}
