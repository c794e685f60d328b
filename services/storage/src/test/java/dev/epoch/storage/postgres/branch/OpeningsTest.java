package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is small is open when {@code epoch.use_branch} returns, whatever else goes on. */
@Timeout(120)
class OpeningsTest {
  private static final int TABLES = 60;
  private static final String USE = "SELECT epoch.use_branch('feature')";
  private static final String ADD =
      "SELECT epoch.close_table('t1', 'feature'); UPDATE epoch.branch_tables SET open_unwanted = false";

  /** After it the driver's last query, with its snapshot, is no more. */
  private static final String DONE = "SET application_name = 'done'";

  private TestRepository repository;
  private BranchHandle feature;
  private final List<Connection> sessions = new ArrayList<>();
  private final ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();

  @BeforeEach
  void start() {
    repository =
        new TestRepository(
            IntStream.range(0, TABLES)
                .mapToObj(i ->
                    "CREATE TABLE t%d (id integer PRIMARY KEY, name text UNIQUE, parent integer%s)"
                        .formatted(i, i == 0 ? "" : " REFERENCES t" + (i - 1)))
                .toArray(String[]::new));
    repository.install(IntStream.range(0, TABLES).mapToObj(i -> "t" + i).toArray(String[]::new));
    repository.database.executeAsSuperuser(
        "ALTER DATABASE " + repository.database.name() + " SET epoch.open_tables_up_to = '64MB'");
    repository.database.execute(
        "INSERT INTO t0 SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 3000) AS g",
        "INSERT INTO t1 VALUES (1, 'one', 1)");
    repository.commit(repository.main, "t0", "t1");
    feature = repository.numberedBranch("feature", repository.main);
  }

  @AfterEach
  void stop() throws SQLException {
    others.shutdownNow();
    for (Connection session : sessions) {
      session.close();
    }
    repository.close();
  }

  private Connection session() {
    Connection session = repository.database.connect();
    sessions.add(session);
    return session;
  }

  private static String run(Connection session, String... statements) throws SQLException {
    StringBuilder notices = new StringBuilder();
    for (String sql : statements) {
      try (Statement statement = session.createStatement()) {
        statement.execute(sql);
        for (SQLWarning told = statement.getWarnings();
            told != null;
            told = told.getNextWarning()) {
          notices.append(told.getMessage()).append('\n');
        }
      }
    }
    return notices.toString();
  }

  private int open(String branch) {
    return Integer.parseInt(
        repository.database.value(
            "SELECT count(*) FROM epoch.branch_tables WHERE branch_id LIKE 'b"
                + branch
                + "%' AND open_relation IS NOT NULL"));
  }

  private <T> Future<T> later(Callable<T> work) {
    return others.submit(work);
  }

  private static <T> T join(Future<T> work) throws Exception {
    return work.get(60, TimeUnit.SECONDS);
  }

  private void await(String condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!repository.database.value("SELECT " + condition).equals("t")) {
      assertThat(System.nanoTime()).as(condition).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  @Test
  void allTablesBelowTheLimitsAreOpen() throws SQLException {
    // when: too large one by one
    Connection session = session();
    String told = run(session, "SET epoch.open_tables_up_to = '100kB'", USE);

    // then
    assertThat(open("feature")).isEqualTo(TABLES - 1);
    assertThat(told).contains("Layered, as views: t0", "Not checked on the branch");

    // when: too large together
    told =
        run(
            session,
            "SET epoch.open_tables_up_to = '64MB'; SET epoch.open_tables_together = '1MB'",
            USE);
    assertThat(open("feature")).isEqualTo(TABLES - 1);
    assertThat(told).doesNotContain("Opening");

    // when
    told = run(session, "RESET epoch.open_tables_together", USE);

    // then
    assertThat(open("feature")).isEqualTo(TABLES);
    assertThat(told).isEmpty();
    assertThat(
            repository.database.value(
                "SELECT count(*) FROM pg_constraint AS c JOIN pg_class AS r ON r.oid = c.conrelid"
                    + " WHERE c.contype = 'f' AND r.relnamespace::regnamespace::text LIKE '%changed'"))
        .isEqualTo("" + (TABLES - 1));
  }

  @Test
  void aLimitOfTimeIsKept() throws SQLException {
    String told = run(session(), "SET epoch.open_tables_within = '1ms'", USE);

    assertThat(open("feature")).isBetween(1, TABLES - 1);
    assertThat(told).contains("Layered, as views", "more");
  }

  @Test
  void waitsForWhoWouldNotSeeTheRows() throws Exception {
    // given: a table that is layered on a branch that is in use
    run(session(), USE, ADD);
    Connection reader = session();
    run(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT 1 FROM epoch.branches");
    Connection busy = session();

    // when
    Future<String> told = later(() -> run(busy, USE));
    await(
        "EXISTS (SELECT FROM pg_stat_activity WHERE query = $q$"
            + USE
            + "$q$ AND state = 'active'"
            + " AND now() - query_start > interval '2.5 seconds')");

    // then
    assertThat(told).isNotDone();
    run(reader, "COMMIT");
    assertThat(join(told)).contains("Waiting for transactions");
    assertThat(open("feature")).isEqualTo(TABLES);
  }

  @Test
  void waitsForWhoReadsTheViews() throws Exception {
    // given
    run(session(), USE, ADD);
    Connection reader = session();
    run(reader, "SET epoch.open_tables_up_to = '0'", USE, "BEGIN", "SELECT * FROM t1", DONE);
    Connection busy = session();

    // when: within a transaction that goes on
    Future<String> told = later(() -> run(busy, "BEGIN", USE));
    await(
        "EXISTS (SELECT FROM pg_stat_activity WHERE query = $q$"
            + USE
            + "$q$ AND state = 'active'"
            + " AND now() - query_start > interval '2.5 seconds')");

    // then
    assertThat(told).isNotDone();
    run(reader, "COMMIT");
    assertThat(join(told)).contains("Waiting for sessions that read or write table t1");
    run(busy, "INSERT INTO t1 VALUES (1, 'ONE') ON CONFLICT (id) DO NOTHING", "COMMIT");
    assertThat(open("feature")).isEqualTo(TABLES);

    // when: a session's own limit
    run(session(), ADD);
    run(reader, "BEGIN", "SELECT * FROM t1", DONE);
    assertThat(run(busy, "SET lock_timeout = '100ms'", USE)).contains("Layered, as views: t1");
    assertThat(TestDatabase.rows(busy, "SHOW lock_timeout").getFirst()).containsExactly("100ms");
  }

  @Test
  void manySessionsAtOnceFindAllOpen() throws Exception {
    // given
    BranchHandle other = repository.numberedBranch("other", repository.main);
    List<Callable<String>> work = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      for (String branch : List.of("feature", "other")) {
        Connection session = session();
        work.add(() -> {
          String told = run(session, "SELECT epoch.use_branch('" + branch + "')");
          return told
              + TestDatabase.rows(
                      session,
                      "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND oid = ANY (ARRAY["
                          + String.join(
                              ", ",
                              IntStream.range(0, TABLES)
                                  .mapToObj(t -> "'t" + t + "'::regclass")
                                  .toList())
                          + "])")
                  .getFirst()
                  .getFirst();
        });
      }
    }

    // when: new branches
    List<Future<String>> found = new ArrayList<>();
    work.forEach(one -> found.add(later(one)));

    // then
    for (Future<String> one : found) {
      assertThat(join(one)).endsWith("" + TABLES);
    }

    // when: some tables of branches that are in use
    repository.adapter.close(feature, List.of());
    repository.adapter.close(other, List.of());
    repository.database.execute("UPDATE epoch.branch_tables SET open_unwanted = false");
    found.clear();
    work.forEach(one -> found.add(later(one)));

    // then
    for (Future<String> one : found) {
      assertThat(join(one)).endsWith("" + TABLES);
    }
  }

  @Test
  void aTransactionThatSeesAnOlderStateIsAnswered() throws SQLException {
    String told =
        run(session(), "BEGIN ISOLATION LEVEL REPEATABLE READ", USE, "SELECT * FROM t0", "COMMIT");

    assertThat(told).contains("Layered, as views");
    assertThat(open("feature")).isZero();
    assertThatThrownBy(() -> run(session(), "SELECT epoch.use_branch('none')"))
        .hasMessageContaining("no branch");
  }
}
