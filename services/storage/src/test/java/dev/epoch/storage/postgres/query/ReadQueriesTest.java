package dev.epoch.storage.postgres.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BadValueException;
import dev.epoch.storage.error.PrivilegeException;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.error.QueryTimeoutException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.postgres.PostgresTest;
import dev.epoch.storage.postgres.catalog.Introspector;
import dev.epoch.storage.postgres.codec.PostgresValueCodec;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Connecting;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.QueryResult.ResultColumn;
import dev.epoch.storage.query.ReadQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.testing.OwnerIsNoSuperuser;
import dev.epoch.storage.testing.StoragePostgres;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state of the tables here: the live rows, those with id 1 left out. */
class ReadQueriesTest {
  private static final TableState STATE = new TableState.Committed(RowsLocation.live(1));

  private static PostgresTest postgres;
  private static ReadQueries queries;
  private static Map<TableHandle, TableState> tables;

  @BeforeAll
  static void start() {
    postgres = new PostgresTest();
    postgres.sql.execute(
        "CREATE TYPE mood AS ENUM ('sad', 'happy')",
        "CREATE TABLE users (id integer PRIMARY KEY, name text, mood mood, price numeric(10, 2))",
        "INSERT INTO users VALUES (1, 'hidden', NULL, 1), (2, 'Ann', 'happy', 2.5), (3, 'Bob', 'sad', 3)",
        "CREATE TABLE \"Order \"\"x\"\"; --\" (id integer PRIMARY KEY, user_id integer)",
        "INSERT INTO \"Order \"\"x\"\"; --\" VALUES (1, 2), (2, 2), (3, 3)",
        """
        CREATE FUNCTION valid(text) RETURNS boolean LANGUAGE plpgsql AS
        $$ BEGIN RETURN $1 LIKE '%@%'; END $$
        """,
        "CREATE DOMAIN mail AS text CHECK (valid(VALUE))",
        "ALTER TABLE \"Order \"\"x\"\"; --\" ADD COLUMN mail mail",
        "UPDATE \"Order \"\"x\"\"; --\" SET mail = id || '@example.com'",
        "CREATE TYPE address AS (mail mail)",
        "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
        "CREATE TABLE secret (id integer PRIMARY KEY)",
        "INSERT INTO secret VALUES (42)",
        "CREATE TABLE other (id integer PRIMARY KEY)",
        "CREATE VIEW peek AS SELECT * FROM users",
        "CREATE SEQUENCE counter",
        "CREATE FUNCTION loud(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)'",
        """
        CREATE FUNCTION write_now() RETURNS integer LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO secret VALUES (43); RETURN 1; END $$
        """,
        """
        CREATE FUNCTION write_lying() RETURNS integer LANGUAGE sql STABLE AS
        $$ SELECT write_now() $$
        """,
        """
        CREATE FUNCTION never_ends() RETURNS integer LANGUAGE plpgsql STABLE AS
        $$
        BEGIN
          LOOP
            BEGIN
              PERFORM pg_sleep(60);
            EXCEPTION WHEN query_canceled THEN
              NULL;
            END;
          END LOOP;
        END $$
        """,
        "CREATE FUNCTION plus_write(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE AGGREGATE total(integer) (SFUNC = plus_write, STYPE = integer, INITCOND = '0')",
        "CREATE FUNCTION asks(a integer DEFAULT write_now()) RETURNS integer LANGUAGE sql STABLE AS 'SELECT a'",
        "CREATE OPERATOR <%> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = plus_write)");
    tables = new HashMap<>();
    tables.put(handle("users", "users"), STATE);
    tables.put(handle("Order \"x\"; --", "Order \"x\"; --"), STATE);
    tables.put(handle("x".repeat(70), "other"), STATE);
    queries = queries(QueryLimits.DEFAULT);
  }

  @AfterAll
  static void stop() {
    queries.close();
    postgres.close();
  }

  private static ReadQueries queries(QueryLimits limits) {
    return new ReadQueries(
        new Connecting(StoragePostgres.vertx(), AddressRules.ANYTHING),
        postgres.database,
        postgres.sql.options(),
        new PoolOptions().setMaxSize(2),
        (session, table, state, repeated) ->
            "SELECT * FROM "
                + Quote.qualified(table.path().schema(), table.path().table())
                + " WHERE id <> 1",
        new PostgresValueCodec(),
        limits);
  }

  private static TableHandle handle(String name, String table) {
    TablePath path = new TablePath("public", table);
    TableSchema schema =
        postgres.database.read(
            session -> Introspector.introspect(session, path, List.of()).schema());
    return new TableHandle("shop", "t" + name.hashCode(), name, path, schema);
  }

  private static QueryResult run(String sql, String... parameters) {
    return run(queries, sql, 100, Duration.ofSeconds(20), parameters);
  }

  private static QueryResult run(
      ReadQueries queries, String sql, int limit, Duration timeout, String... parameters) {
    List<JsonNode> values = new ArrayList<>();
    for (String parameter : parameters) {
      try {
        values.add(new ObjectMapper().readTree(parameter));
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException(e);
      }
    }
    return queries.query(new ReadQuery(sql, values, tables, limit, timeout));
  }

  @Test
  void readsTablesAtTheirState() {
    // when
    QueryResult result = run("SELECT u.*, u.name AS name FROM users u ORDER BY id DESC;");

    // then
    assertThat(result.columns())
        .containsExactly(
            new ResultColumn("id", "integer"),
            new ResultColumn("name", "text"),
            new ResultColumn("mood", "mood"),
            new ResultColumn("price", "numeric"),
            new ResultColumn("name", "text"));
    assertThat(result.rows().toString())
        .isEqualTo(
            "[[3, \"Bob\", \"sad\", 3.00, \"Bob\"], [2, \"Ann\", \"happy\", 2.50, \"Ann\"]]");
    assertThat(result.truncated()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT count(*) FROM users",
        "TABLE users",
        "VALUES (1, 'a'), (2, NULL)",
        "(SELECT id FROM users) UNION ALL (SELECT 7) ORDER BY 1 -- end",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n",
        "WITH users AS (SELECT 1 AS mine) SELECT mine FROM users",
        "SELECT u.name, count(o.id) FROM users u JOIN \"Order \"\"x\"\"; --\" o ON o.user_id = u.id GROUP BY 1",
        "SELECT u FROM users u",
        "SELECT mail, lower(mail) FROM \"Order \"\"x\"\"; --\"",
        "WITH o AS (SELECT * FROM \"Order \"\"x\"\"; --\") SELECT DISTINCT mail FROM o WHERE mail = '2@example.com'",
        "SELECT max(coalesce(mail, 'x')) FROM \"Order \"\"x\"\"; --\"",
        "SELECT 1::positive, '{1,2}'::positive[]",
        "SELECT ROW(1, 'a'), ARRAY[1, 2], jsonb_build_object('a', 1)",
        "SELECT loud(name), 'happy'::mood = mood FROM users",
        "SELECT g, sum(g) OVER (ORDER BY g) FROM generate_series(1, 3) g",
        "SELECT random() < 2, now() > '2000-01-01', gen_random_uuid() IS NOT NULL, clock_timestamp() > now()",
        "SELECT * FROM json_to_recordset('[{\"a\":1}]') AS x (a int)",
        "SELECT pg_sleep(0.001)",
        "SELECT current_user, current_date, 1 AS \"weird \"\"name\"\"\", 2 AS \"\u00e9\"",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY price) FROM users",
      })
  void answersReadingStatements(String sql) {
    assertThat(run(sql).rows()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"date", "name", "oid", "point", "regclass", "regproc", "regprocedure", "text"})
  void aTableMayBeNamedLikeAType(String name) {
    // given the live rows under that name, and a column of a user's type
    String sql =
        "SELECT t.id::oid, t.name::text, 'a'::name, '2024-01-01'::date, '(1,2)'::point, mood, loud(t.name) FROM "
            + Quote.identifier(name)
            + " AS t WHERE t.name = $1";

    // when
    QueryResult result =
        queries.query(
            new ReadQuery(
                sql,
                List.of(new TextNode("Ann")),
                Map.of(handle(name, "users"), STATE, handle("users", "users"), STATE),
                10,
                Duration.ofSeconds(20)));

    // then
    assertThat(result.columns())
        .extracting(ResultColumn::type)
        .containsExactly("oid", "text", "name", "date", "point", "mood", "text");
    assertThat(result.rows()).hasSize(1);
  }

  @Test
  void valuesKeepTheirPrecision() {
    QueryResult result =
        run(
            """
            SELECT 9007199254740993, 0.10::numeric, '2024-01-01 12:00+02'::timestamptz,
              '\\xff'::bytea, ARRAY[1, NULL], 'infinity'::date, '{"a": 1.50}'::jsonb,
              NULL, interval '1 day', true, 'x'::text, int4range(1, 5), ROW(1, 'b')
            """);
    assertThat(result.rows().getFirst().toString())
        .isEqualTo(
            "[9007199254740993, 0.10, \"2024-01-01T10:00:00Z\", \"/w==\", [1,null], \"infinity\","
                + " {\"a\":1.50}, null, \"P1D\", true, \"x\", \"[1,5)\", \"(1,b)\"]");
    assertThat(result.columns().get(2).type()).isEqualTo("timestamp with time zone");
  }

  @Test
  void parametersTakeTheTypeOfTheirPlace() {
    assertThat(run("SELECT name FROM users WHERE id = $1", "2").rows().toString())
        .isEqualTo("[[\"Ann\"]]");
    assertThat(
            run(
                    "SELECT $2 || name, $1 + 1 FROM users WHERE id = $1 AND mood = $3 AND price > $4",
                    "2",
                    "\"'; DROP TABLE users; -- \\\\\"",
                    "\"happy\"",
                    "\"2.49999999999999999999\"")
                .rows()
                .toString())
        .isEqualTo("[[\"'; DROP TABLE users; -- \\\\Ann\", 3]]");
    assertThat(run("SELECT name FROM users WHERE id = ANY ($1) ORDER BY 1", "[2, 3]").rows())
        .hasSize(2);
    assertThat(
            run(
                    "SELECT $1, $2::jsonb, $3::timestamptz",
                    "null",
                    "{\"a\":[1]}",
                    "\"2024-01-01T00:00:00Z\"")
                .rows()
                .toString())
        .isEqualTo("[[null, {\"a\":[1]}, \"2024-01-01T00:00:00Z\"]]");
    assertThatExceptionOfType(BadValueException.class)
        .isThrownBy(() -> run("SELECT 1 FROM users WHERE id = $1", "\"x; y\""));
    assertThatExceptionOfType(QueryRefusedException.class).isThrownBy(() -> run("SELECT $1"));
    assertThatExceptionOfType(QueryRefusedException.class).isThrownBy(() -> run("SELECT 1", "1"));
  }

  @OwnerIsNoSuperuser
  @Test
  void takesNoMoreOfTheServerThanItMay() {
    assumeTrue(StoragePostgres.majorVersion() >= 15, "GRANT SET ON PARAMETER");
    String large =
        "SELECT count(*) FROM (SELECT g FROM generate_series(1, 500000) g ORDER BY -g) s";
    try (ReadQueries small = queries(new QueryLimits(1 << 20, 64 << 10, 1 << 20))) {
      // a role that may not limit itself queries all the same
      assertThat(run(small, large, 1, Duration.ofSeconds(20)).rows()).hasSize(1);
      postgres.sql.executeAsSuperuser(
          "GRANT SET ON PARAMETER temp_file_limit TO " + postgres.sql.owner());
      assertThatExceptionOfType(QueryRefusedException.class)
          .isThrownBy(() -> run(small, large, 1, Duration.ofSeconds(20)))
          .withMessageContaining("disk");
    }
    postgres.sql.executeAsSuperuser(
        "REVOKE SET ON PARAMETER temp_file_limit FROM " + postgres.sql.owner());
    assertThat(run(large).rows().toString()).isEqualTo("[[500000]]");
  }

  @Test
  void cutsRowsAndBytes() {
    QueryResult rows =
        run(
            queries,
            "SELECT g FROM generate_series(1, 1000) g ORDER BY g",
            3,
            Duration.ofSeconds(20));
    assertThat(rows.truncated()).isTrue();
    assertThat(rows.rows().toString()).isEqualTo("[[1], [2], [3]]");
    assertThat(run(queries, "VALUES (1), (2), (3)", 3, Duration.ofSeconds(20)).truncated())
        .isFalse();
    assertThat(run(queries, "VALUES (1)", 0, Duration.ofSeconds(20)).truncated()).isTrue();
    try (ReadQueries small = queries(QueryLimits.DEFAULT.withAnswerBytes(1_000))) {
      QueryResult bytes =
          run(
              small,
              "SELECT repeat('x', 300) FROM generate_series(1, 100)",
              100,
              Duration.ofSeconds(20));
      assertThat(bytes.rows()).hasSize(3);
      assertThat(bytes.truncated()).isTrue();
      assertThatExceptionOfType(QueryRefusedException.class)
          .isThrownBy(() -> run(small, "SELECT repeat('x', 100000000)", 1, Duration.ofSeconds(20)))
          .withMessageContaining("1000 bytes");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO users VALUES (9)",
        "UPDATE users SET name = 'x'",
        "DELETE FROM users",
        "TRUNCATE users",
        "DROP TABLE users",
        "CREATE TABLE x (id int)",
        "COMMIT",
        "SELECT 1; COMMIT; DROP TABLE users",
        "WITH gone AS (DELETE FROM users RETURNING *) SELECT * FROM gone",
        "WITH made AS (INSERT INTO secret VALUES (1) RETURNING *) TABLE made",
        "SELECT * INTO copied FROM users",
        "SELECT * FROM users FOR UPDATE",
        "SELECT * FROM (SELECT * FROM users FOR SHARE) u",
        "COPY users TO PROGRAM 'cat'",
        "COPY (SELECT 1) TO '/tmp/x'",
        "EXPLAIN ANALYZE DELETE FROM users",
        "DO $$ BEGIN DELETE FROM users; END $$",
        "CALL x()",
        "PREPARE x AS SELECT 1",
        "SELECT set_config('statement_timeout', '0', false)",
        "SELECT pg_catalog.\"set_config\"('transaction_read_only', 'off', true)",
        "SELECT U&\"set\\005fconfig\"('a.b', 'c', false)",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_try_advisory_xact_lock(1)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_create(0)",
        "SELECT nextval('counter')",
        "SELECT setval('counter', 5)",
        "SELECT last_value FROM counter",
        "SELECT pg_terminate_backend(pg_backend_pid())",
        "SELECT pg_cancel_backend(1)",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('.')",
        "SELECT pg_notify('x', 'y')",
        "SELECT pg_logical_emit_message(true, 'a', 'b')",
        "SELECT pg_reload_conf()",
        "SELECT pg_export_snapshot()",
        "SELECT query_to_xml('DELETE FROM users', true, true, '')",
        "SELECT table_to_xml('secret', true, true, '')",
        "SELECT schema_to_xml('public', true, true, '')",
        "SELECT cursor_to_xml('x', 1, true, true, '')",
        "SELECT ts_stat('SELECT to_tsvector(id::text) FROM secret')",
        "SELECT * FROM dblink('dbname=x', 'SELECT 1') AS t (i int)",
        "SELECT currval('counter')",
        "SELECT write_now()",
        "SELECT 1 <%> 2",
        "SELECT total(id) FROM users",
        "SELECT asks()",
        "SELECT 'a@b'::mail",
        "SELECT '{a@b}'::mail[]",
        "SELECT '(a@b)'::address",
        "SELECT * FROM json_to_record('{\"a\": \"a@b\"}') AS x (a mail)",
        "SELECT * FROM XMLTABLE('/a' PASSING '<a>a@b</a>'::xml COLUMNS a mail PATH '.') AS x",
        "SELECT JSON_VALUE('\"a@b\"', '$' RETURNING mail)",
        "SELECT write_lying()",
        "SELECT * FROM pg_stat_get_activity(NULL)",
        "SELECT * FROM pg_stat_activity",
        "SELECT * FROM pg_stats",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM secret",
        "SELECT * FROM public.secret",
        "SELECT (SELECT max(id) FROM public.secret) FROM users",
        "SELECT * FROM peek",
        "SELECT * FROM public.users",
        "SELECT * FROM \"public\".\"users\"",
        "SELECT id FROM users WHERE EXISTS (SELECT FROM U&\"\\0070ublic\".users)",
        "SELECT 1) AS s; DROP TABLE users; --",
        "SELECT 1) s, (SELECT set_config('a.b', 'c', false)",
        "SELECT",
        "SELECT no_such_column FROM users",
        "SELECT 1 / 0",
        "SELEC 1",
      })
  void refusesEverythingElse(String sql) {
    // when
    assertThatExceptionOfType(QueryRefusedException.class)
        .isThrownBy(() -> run(sql))
        .satisfies(e -> assertThat(e.getMessage()).isNotBlank());

    // then
    assertThat(postgres.sql.value("SELECT count(*) FROM users")).isEqualTo("3");
    assertThat(postgres.sql.value("SELECT count(*) FROM secret")).isEqualTo("1");
    assertThat(postgres.sql.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
        .isEqualTo("0");
    assertThat(run("SELECT current_setting('statement_timeout', true)").rows().toString())
        .contains("23s");
  }

  @Test
  void saysHowToNameATable() {
    QueryRefusedException live =
        catchThrowableOfType(QueryRefusedException.class, () -> run("SELECT * FROM public.users"));
    assertThat(live).hasMessageContaining("public.users is the live table");
    assertThat(live.remedy()).isEqualTo("Write \"users\", without a schema");
    QueryRefusedException function =
        catchThrowableOfType(QueryRefusedException.class, () -> run("SELECT write_now()"));
    assertThat(function.remedy()).contains("ALTER FUNCTION write_now() STABLE");
  }

  @Test
  void aStatementThatTakesTooLongIsCancelled() {
    for (String sql :
        List.of(
            "SELECT pg_sleep(60)",
            "SELECT count(*) FROM generate_series(1, 1000000000000) a",
            "SELECT pg_sleep(1), pg_sleep(60) FROM users")) {
      long start = System.nanoTime();
      assertThatExceptionOfType(QueryTimeoutException.class)
          .isThrownBy(() -> run(queries, sql, 10, Duration.ofMillis(300)));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }
    assertThat(run("SELECT 1").rows()).hasSize(1);
  }

  @Test
  void aStatementThatHidesFromCancellationIsEnded() {
    // when
    assertThatExceptionOfType(QueryTimeoutException.class)
        .isThrownBy(() -> run(queries, "SELECT never_ends()", 10, Duration.ofMillis(200)));

    // then
    assertThat(run("SELECT 1").rows()).hasSize(1);
    assertThat(run("SELECT 2").rows()).hasSize(1);
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!"0".equals(hiding()) && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(hiding()).isEqualTo("0");
  }

  private static String hiding() {
    return postgres.sql.value(
        """
        SELECT count(*)
        FROM pg_stat_activity
        WHERE query LIKE '%never_ends%' AND state = 'active' AND pid <> pg_backend_pid()
        """);
  }

  @Test
  void leavesNothingBehind() {
    for (int i = 0; i < 5; i++) {
      run("SELECT * FROM users");
      assertThatExceptionOfType(QueryRefusedException.class)
          .isThrownBy(() -> run("SELECT * FROM nothing"));
    }
    assertThat(
            postgres.sql.value(
                """
                SELECT count(*)
                FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname LIKE 'pg_temp%'
                """))
        .isEqualTo("0");
    assertThat(
            postgres.sql.value(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"))
        .isEqualTo("0");
  }

  @OwnerIsNoSuperuser
  @Test
  void needsTemporaryViews() {
    postgres.sql.execute("REVOKE TEMPORARY ON DATABASE " + postgres.sql.name() + " FROM PUBLIC");
    postgres.sql.execute(
        "REVOKE TEMPORARY ON DATABASE " + postgres.sql.name() + " FROM " + postgres.sql.owner());
    try {
      assertThatExceptionOfType(PrivilegeException.class)
          .isThrownBy(() -> run("SELECT * FROM users"))
          .satisfies(e -> assertThat(e.remedy()).contains("GRANT TEMPORARY"));
    } finally {
      postgres.sql.execute(
          "GRANT TEMPORARY ON DATABASE " + postgres.sql.name() + " TO " + postgres.sql.owner());
    }
  }
}
