package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchCopy;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.OpenedTables;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

/**
 * What a view cannot do and a table can, on a branch whose tables were opened by {@code
 * epoch.use_branch}; each test leaves its changes behind, uncommitted.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class OpenTableStatementsTest {
  private TestRepository repository;
  private BranchHandle feature;
  private Map<RowKey, Row> before;
  private String reader;
  private final List<Connection> sessions = new ArrayList<>();

  @BeforeAll
  void start() throws SQLException {
    repository =
        new TestRepository(
            """
            CREATE TABLE customers (
              id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              name text NOT NULL CONSTRAINT one_name UNIQUE,
              credit numeric DEFAULT 10 CONSTRAINT no_debt CHECK (credit >= 0)
            )
            """,
            """
            CREATE TABLE orders (
              id bigserial PRIMARY KEY,
              customer integer NOT NULL REFERENCES customers ON UPDATE CASCADE ON DELETE CASCADE,
              place integer CONSTRAINT one_place UNIQUE DEFERRABLE INITIALLY DEFERRED,
              told integer DEFAULT 0
            )
            """,
            "CREATE UNIQUE INDEX customers_lower ON customers (lower(name)) WHERE credit > 0",
            "CREATE TABLE totals (customer integer PRIMARY KEY, orders integer NOT NULL)",
            """
            CREATE FUNCTION count_order() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              INSERT INTO totals VALUES (NEW.customer, 1)
              ON CONFLICT (customer) DO UPDATE SET orders = totals.orders + 1;
              RETURN NULL;
            END $$
            """,
            "CREATE FUNCTION tell_order() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN NEW.told := 42; RETURN NEW; END $$",
            "CREATE TRIGGER counting AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION count_order()",
            "CREATE TRIGGER telling BEFORE UPDATE OF customer ON orders FOR EACH ROW EXECUTE FUNCTION tell_order()",
            "CREATE TABLE notes (id integer PRIMARY KEY, owner text DEFAULT current_user, text text)",
            "ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY own ON notes USING (owner = current_user)",
            "CREATE TABLE parted (id integer PRIMARY KEY) PARTITION BY RANGE (id)",
            "CREATE TABLE parted_one PARTITION OF parted FOR VALUES FROM (0) TO (10)",
            "CREATE VIEW order_list AS SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer",
            "INSERT INTO customers (name) SELECT 'c' || g FROM generate_series(1, 20) g",
            "INSERT INTO orders (customer, place) SELECT g, g FROM generate_series(1, 20) g",
            "INSERT INTO notes SELECT g, current_user, 'secret' FROM generate_series(1, 3) g",
            "INSERT INTO parted VALUES (1)");
    reader = repository.database.role("reader_" + repository.database.name());
    repository.database.execute("GRANT SELECT, INSERT, TRUNCATE ON customers, notes TO " + reader);
    repository.install("customers", "orders", "totals", "notes", "parted");
    feature = repository.branch("feature", repository.main);
    before = repository.rows("customers", repository.committed(repository.main, "customers"));
    try (Connection first = repository.database.connect();
        Statement statement = first.createStatement()) {
      statement.execute("SET epoch.open_tables_up_to = '64MB'");
      statement.execute("SELECT epoch.use_branch('feature')");
    }
  }

  @AfterEach
  void closeSessions() throws SQLException {
    for (Connection session : sessions) {
      session.close();
    }
    sessions.clear();
    assertThat(repository.rows("customers", repository.committed(feature, "customers")))
        .isEqualTo(before);
    assertThat(repository.rows("customers", repository.working(repository.main, "customers")))
        .isEqualTo(before);
    for (String table : List.of("customers", "orders", "totals", "notes")) {
      assertThat(
              repository.adapter.touched(
                  repository.main, List.of(repository.at(repository.main, table))))
          .isEmpty();
    }
  }

  @AfterAll
  void stop() {
    repository.close();
  }

  private Connection session() throws SQLException {
    return session(repository.database.owner());
  }

  private Connection session(String role) throws SQLException {
    Connection session = repository.database.connect(role);
    sessions.add(session);
    run(session, "SELECT epoch.use_branch('feature')");
    return session;
  }

  private static int run(Connection session, String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(sql);
      return statement.getUpdateCount();
    }
  }

  private static String one(Connection session, String sql) {
    return TestDatabase.rows(session, sql).getFirst().getFirst();
  }

  @Test
  void useBranchOpensWhatIsSmall() throws SQLException {
    OpenedTables opened = repository.adapter.opened(feature);

    assertThat(opened.tables().stream().filter(OpenedTables.Table::open)).hasSize(4);
    assertThat(opened.tables().stream().filter(table -> !table.open()))
        .singleElement()
        .returns("it is partitioned", OpenedTables.Table::reason);
    assertThat(opened.uncheckedReferences()).isEmpty();
    assertThat(one(session(), "SELECT count(*) FROM parted")).isEqualTo("1");
  }

  @Test
  void upsertsAndMerge() throws SQLException {
    assumeTrue(StoragePostgres.majorVersion() >= 15, "MERGE");
    Connection session = session();
    run(session, "INSERT INTO customers (name) VALUES ('c1') ON CONFLICT DO NOTHING");
    run(
        session,
        "INSERT INTO customers AS c (name, credit) VALUES ('c2', 1) ON CONFLICT ON CONSTRAINT one_name"
            + " DO UPDATE SET credit = c.credit + excluded.credit WHERE c.name <> 'x'");
    run(
        session,
        "INSERT INTO customers (name) VALUES ('C3') ON CONFLICT (lower(name)) WHERE credit > 0"
            + " DO UPDATE SET credit = 33");
    run(
        session,
        "MERGE INTO customers c USING (VALUES ('c4'), ('fresh')) AS v (name) ON c.name = v.name"
            + " WHEN MATCHED THEN UPDATE SET credit = 44 WHEN NOT MATCHED THEN INSERT (name) VALUES (v.name)");
    assertThat(
            one(
                session,
                "SELECT string_agg(credit::text, ' ' ORDER BY id) FROM customers"
                    + " WHERE name IN ('c1', 'c2', 'c3', 'c4', 'fresh')"))
        .isEqualTo("10 11 33 44 10");
    assertThatThrownBy(() -> run(session, "INSERT INTO customers (name) VALUES ('c1')"))
        .hasMessageContaining("one_name");
    assertThatThrownBy(() -> run(session, "UPDATE customers SET credit = -1"))
        .hasMessageContaining("no_debt");
  }

  @Test
  void groupsByTheKeyAndShowsItsKeysToClients() throws SQLException {
    Connection session = session();
    assertThat(
            TestDatabase.rows(
                session,
                "SELECT c.id, c.name, count(*) FROM customers c JOIN orders o ON o.customer = c.id"
                    + " GROUP BY c.id HAVING c.id = 7"))
        .containsExactly(List.of("7", "c7", "1"));
    String schema =
        one(
            session,
            "SELECT relnamespace::regnamespace FROM pg_class WHERE oid = 'customers'::regclass");
    try (var keys = session.getMetaData().getPrimaryKeys(null, schema, "customers")) {
      assertThat(keys.next()).isTrue();
      assertThat(keys.getString("COLUMN_NAME")).isEqualTo("id");
    }
    assertThat(
            one(
                session,
                "SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint"
                    + " WHERE conrelid = 'orders'::regclass AND contype IN ('p', 'u', 'f')"))
        .isEqualTo("one_place orders_customer_fkey orders_pkey");
    assertThat(one(session, "SELECT count(*) FROM order_list")).isNotEqualTo("0");
    assertThat(one(session, "SELECT count(*) > 0 FROM customers TABLESAMPLE SYSTEM (100)"))
        .isEqualTo("t");
  }

  @Test
  void locksRows() throws SQLException {
    Connection one = session();
    Connection other = session();
    one.setAutoCommit(false);
    run(one, "SELECT * FROM customers WHERE id = 5 FOR UPDATE");
    assertThatThrownBy(() -> run(other, "SELECT * FROM customers WHERE id = 5 FOR UPDATE NOWAIT"))
        .hasMessageContaining("could not obtain lock");
    assertThat(
            one(
                other,
                "SELECT string_agg(id::text, ' ') FROM (SELECT id FROM customers WHERE id IN (5, 6)"
                    + " FOR UPDATE SKIP LOCKED) AS free"))
        .isEqualTo("6");
    one.rollback();
  }

  @Test
  void concurrentUpdatesOfOneRowAllCount() throws Exception {
    int writers = 4;
    int times = 25;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writing = new ArrayList<>();
      for (int i = 0; i < writers; i++) {
        Connection session = session();
        writing.add(
            threads.submit(() -> {
              for (int n = 0; n < times; n++) {
                run(session, "UPDATE customers SET credit = credit + 1 WHERE id = 8");
              }
              return null;
            }));
      }
      for (Future<?> one : writing) {
        one.get();
      }
    }
    assertThat(one(session(), "SELECT credit FROM customers WHERE id = 8")).isEqualTo("110");
  }

  @Test
  void triggersWriteTheBranch() throws SQLException {
    Connection session = session();
    run(session, "INSERT INTO orders (customer) VALUES (9), (9)");
    assertThat(one(session, "SELECT orders FROM totals WHERE customer = 9")).isEqualTo("3");
    assertThat(repository.database.value("SELECT orders FROM totals WHERE customer = 9"))
        .isEqualTo("1");
    run(session, "UPDATE orders SET customer = 10 WHERE id = 9");
    assertThat(one(session, "SELECT told FROM orders WHERE id = 9")).isEqualTo("42");
  }

  @Test
  void cascadesAndDeferredKeys() throws SQLException {
    Connection session = session();
    session.setAutoCommit(false);
    run(session, "UPDATE orders SET place = 31 - place WHERE place IN (15, 16)");
    run(session, "UPDATE customers SET id = DEFAULT WHERE id = 15");
    run(session, "DELETE FROM customers WHERE id = 16");
    session.commit();
    assertThat(one(session, "SELECT count(*) FROM orders WHERE customer IN (15, 16)"))
        .isEqualTo("0");
    assertThat(one(session, "SELECT count(*) FROM orders WHERE place = 16")).isEqualTo("1");
    assertThatThrownBy(() -> run(session, "INSERT INTO orders (customer) VALUES (999999)"))
        .hasMessageContaining("orders_customer_fkey");
  }

  @Test
  void copiesAndCursors() throws Exception {
    Connection session = session();
    var copies = session.unwrap(PGConnection.class).getCopyAPI();
    copies.copyIn("COPY customers (name) FROM STDIN", new StringReader("copied1\ncopied2\n"));
    StringWriter out = new StringWriter();
    copies.copyOut("COPY customers (name) TO STDOUT", out);
    assertThat(out.toString()).contains("copied1").contains("c20");
    session.setAutoCommit(false);
    run(
        session,
        "DECLARE one CURSOR FOR SELECT * FROM customers WHERE name = 'copied1' FOR UPDATE");
    run(session, "FETCH one");
    assertThat(run(session, "UPDATE customers SET credit = 1 WHERE CURRENT OF one")).isEqualTo(1);
    session.commit();
  }

  @Test
  void rolesHaveTheirRightsAndPolicies() throws SQLException {
    Connection session = session(reader);
    assertThat(one(session, "SELECT count(*) FROM notes")).isEqualTo("0");
    run(session, "INSERT INTO notes (id, text) VALUES (10, 'mine')");
    run(session, "INSERT INTO customers (name) VALUES ('by reader')");
    assertThat(one(session, "SELECT string_agg(text, ' ') FROM notes")).isEqualTo("mine");
    assertThatThrownBy(() -> run(session, "DELETE FROM customers"))
        .hasMessageContaining("permission denied");
    repository.database.execute("REVOKE INSERT ON customers FROM " + reader);
    Connection later = session(reader);
    assertThatThrownBy(() -> run(later, "INSERT INTO customers (name) VALUES ('again')"))
        .hasMessageContaining("permission denied");
  }

  @Test
  void truncatesAndAlterIsNoticed() throws SQLException {
    // given a branch of its own
    BranchHandle other = repository.branch("other", repository.main);
    repository.adapter.open(other, List.of(repository.table("totals")));
    try (Connection session = repository.database.connect()) {
      run(session, "SELECT epoch.use_branch('other')");
      run(session, "TRUNCATE totals");
      run(session, "INSERT INTO totals VALUES (1, 5)");

      // when
      repository.commit(other, "totals");

      // then
      assertThat(repository.rows("totals", repository.committed(other, "totals"))).hasSize(1);
      assertThat(repository.database.value("SELECT count(*) FROM totals")).isEqualTo("20");
      run(session, "ALTER TABLE totals ADD more integer");
      run(session, "INSERT INTO totals VALUES (2, 5)");
      repository.commit(other, "totals");
      assertThat(repository.table(other, "totals").schema().columns()).hasSize(3);
      run(session, "ALTER TABLE totals DROP more");
      repository.commit(other, "totals");
      assertThat(
              repository.rows(
                  repository.table(other, "totals"), repository.committed(other, "totals")))
          .hasSize(2);
    }
  }

  @Test
  void transactionsThatBeganBeforeSeeWhatTheySaw() throws SQLException {
    // given
    BranchHandle late = repository.branch("late", repository.main);
    List<TableHandle> customers = List.of(repository.table("customers"));
    try (Connection first = repository.database.connect();
        Connection older = repository.database.connect()) {
      run(first, "SELECT epoch.use_branch('late')");
      older.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      older.setAutoCommit(false);
      run(older, "SELECT epoch.use_branch('late')");

      // when
      assertThat(
              repository
                  .adapter
                  .materialization()
                  .orElseThrow()
                  .materialize(late, customers, Duration.ofMillis(20)))
          .singleElement()
          .returns(false, BranchCopy::inUse);

      // then
      run(first, "INSERT INTO customers (name) VALUES ('meanwhile')");
      assertThat(one(older, "SELECT count(*) FROM customers")).isEqualTo("20");
      older.rollback();
      assertThat(
              repository
                  .adapter
                  .materialization()
                  .orElseThrow()
                  .materialize(late, customers, Duration.ofSeconds(20)))
          .singleElement()
          .returns(true, BranchCopy::inUse);
      run(older, "SELECT epoch.use_branch('late')");
      assertThat(one(older, "SELECT count(*) FROM customers")).isEqualTo("21");
      assertThat(one(older, "SELECT relkind FROM pg_class WHERE oid = 'customers'::regclass"))
          .isEqualTo("r");
      assertThat(
              repository.changes(
                  "customers",
                  repository.committed(late, "customers"),
                  repository.working(late, "customers")))
          .hasSize(1);
    }
  }

  @Test
  void sessionsOpenAndClose() throws SQLException {
    repository.branch("bysql", repository.main);
    try (Connection session = repository.database.connect()) {
      String kind = "SELECT relkind FROM pg_class WHERE oid = 'totals'::regclass";
      run(session, "SELECT epoch.use_branch('bysql')");
      run(session, "UPDATE totals SET orders = 3 WHERE customer = 1");
      assertThat(one(session, kind)).isEqualTo("v");
      run(session, "SELECT epoch.open_table('totals', 'bysql')");
      assertThat(one(session, kind)).isEqualTo("r");
      assertThat(one(session, "SELECT sum(orders) FROM totals")).isEqualTo("22");
      run(session, "SELECT epoch.close_table('totals', 'bysql')");
      assertThat(one(session, kind)).isEqualTo("v");
      assertThat(one(session, "SELECT sum(orders) FROM totals")).isEqualTo("22");
      assertThatThrownBy(() -> run(session, "SELECT epoch.open_table('parted', 'bysql')"))
          .hasMessageContaining("it is partitioned");
      assertThatThrownBy(() -> run(session, "SELECT epoch.open_table('totals', 'main')"))
          .hasMessageContaining("always open");
    }
  }

  @Test
  void aSecondUseCostsLittle() throws SQLException {
    Connection session = session();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long start = System.nanoTime();
      run(session, "SELECT epoch.use_branch('feature')");
      least = Math.min(least, System.nanoTime() - start);
    }
    assertThat(Duration.ofNanos(least)).isLessThan(Duration.ofMillis(20));
  }
}
