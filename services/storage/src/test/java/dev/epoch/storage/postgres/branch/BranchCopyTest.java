package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.branch.BranchCopy;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.ReadQuery;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Copies of a branch's tables are what they are copies of, whatever happens. */
class BranchCopyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String NAMES = "SELECT string_agg(name, ' ' ORDER BY id) FROM items";

  private TestRepository repository;
  private BranchHandle feature;
  private Connection session;

  @BeforeEach
  void start() throws SQLException {
    repository =
        new TestRepository(
            """
            CREATE TABLE items (
              id serial PRIMARY KEY,
              name text NOT NULL UNIQUE,
              n integer DEFAULT 7 CHECK (n >= 0),
              loud text GENERATED ALWAYS AS (upper(name)) STORED
            )
            """,
            "CREATE INDEX ON items (n)",
            "INSERT INTO items (name, n) VALUES ('a', 1), ('b', 2), ('c', 3)");
    repository.install("items");
    feature = repository.branch("feature", repository.main);
    session = repository.database.connect();
    run("SELECT epoch.use_branch('feature')");
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

  private List<BranchCopy> copy() {
    return repository.adapter.copy(feature, List.of(repository.table("items")), PATIENCE);
  }

  /** What the session sees is in the copy, and the copy has no faults. */
  private void assertSeen(String names) {
    assertThat(one("EXPLAIN SELECT * FROM items")).contains("items__m_feature");
    assertThat(one(NAMES)).isEqualTo(names);
    assertThat(one("SELECT epoch.copy_faults('bfeature', 't1')")).isEqualTo("0");
  }

  @Test
  void sessionsReadAndWriteTheCopyAsTheBranch() throws SQLException {
    // given
    run("UPDATE items SET n = 20 WHERE id = 2");

    // when
    List<BranchCopy> copies = copy();

    // then
    assertThat(copies)
        .singleElement()
        .satisfies(copy -> {
          assertThat(copy.inUse()).isTrue();
          assertThat(copy.rows()).isEqualTo(3);
          assertThat(copy.bytes()).isPositive();
        });
    assertSeen("a b c");
    run("INSERT INTO items (name) VALUES ('d')");
    run("UPDATE items SET name = 'A' WHERE name = 'a'");
    run("DELETE FROM items WHERE name = 'b'");
    run("UPDATE items SET id = 9 WHERE name = 'c'");
    assertSeen("A d c");
    assertThat(one("SELECT string_agg(loud || n, ' ' ORDER BY id) FROM items"))
        .isEqualTo("A1 D7 C3");
    assertThatThrownBy(() -> run("INSERT INTO items (name) VALUES ('d')"))
        .hasMessageContaining("duplicate key value");
    run("BEGIN");
    run("DELETE FROM items");
    assertThat(one("SELECT count(*) FROM items")).isEqualTo("0");
    run("ROLLBACK");
    assertSeen("A d c");
    run("DELETE FROM items WHERE id = 9");
    run("INSERT INTO items (id, name) VALUES (3, 'again')");
    assertSeen("A again d");
  }

  @Test
  void liveWritesAndCommitsDoNotShow() throws SQLException {
    // given
    copy();

    // when
    repository.database.execute(
        "UPDATE items SET name = 'live' WHERE id = 1", "DELETE FROM items WHERE id = 2");
    assertSeen("a b c");
    repository.commit(repository.main, "items");
    assertSeen("a b c");
    run("UPDATE items SET n = 8 WHERE id = 1");
    repository.commit(feature, "items");

    // then
    assertSeen("a b c");
  }

  @Test
  void rowsOfTheLiveTableComeWithANewAnchor() throws SQLException {
    // given
    copy();
    run("UPDATE items SET n = 30 WHERE id = 3");
    repository.commit(feature, "items");
    repository.database.execute(
        "UPDATE items SET name = 'live' WHERE id = 1",
        "DELETE FROM items WHERE id = 2",
        "INSERT INTO items (name) VALUES ('new')");
    repository.commit(repository.main, "items");

    // when main is merged
    repository.merge(
        feature,
        "items",
        repository.head(repository.main, "items").anchor(),
        List.of(
            new RowChange(
                RowKey.of("1"), Row.of("1", "a", "1", "A"), Row.of("1", "live", "1", "LIVE")),
            new RowChange(RowKey.of("2"), Row.of("2", "b", "2", "B"), null),
            new RowChange(RowKey.of("4"), null, Row.of("4", "new", "7", "NEW"))));

    // then
    assertSeen("live c new");
    assertThat(one("SELECT n FROM items WHERE id = 3")).isEqualTo("30");
  }

  @Test
  void olderSnapshotsAreWaitedFor() throws SQLException {
    // given
    try (Connection older = repository.database.connect();
        Statement statement = older.createStatement()) {
      older.setAutoCommit(false);
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      statement.execute("SELECT epoch.use_branch('feature')");

      // when
      List<BranchCopy> copies =
          repository.adapter.copy(
              feature, List.of(repository.table("items")), Duration.ofMillis(50));

      // then
      assertThat(copies).singleElement().returns(false, BranchCopy::inUse);
      assertThat(TestDatabase.rows(older, NAMES).getFirst().getFirst()).isEqualTo("a b c");
      run("UPDATE items SET name = 'B' WHERE id = 2");
      older.rollback();
    }
    assertThat(copy()).singleElement().returns(true, BranchCopy::inUse);
    assertSeen("a B c");
  }

  @Test
  @Timeout(60)
  void nobodyIsWaitedForWhenTheCopyIsInUse() throws SQLException {
    // given
    copy();
    try (Connection running = repository.database.connect();
        Statement statement = running.createStatement()) {
      running.setAutoCommit(false);
      statement.execute("SELECT 1");

      // when
      List<BranchCopy> copies =
          repository.adapter.copy(
              feature, List.of(repository.table("items")), Duration.ofMinutes(10));

      // then
      assertThat(copies).singleElement().returns(true, BranchCopy::inUse);
    }
  }

  @Test
  void sessionsThatUsedTheBranchBeforeSeeTheCopyInPreparedStatements() throws SQLException {
    // given
    run("PREPARE names AS " + NAMES);
    assertThat(one("EXECUTE names")).isEqualTo("a b c");

    // when
    copy();
    run("UPDATE items SET name = 'z' WHERE id = 1");

    // then
    assertThat(one("EXECUTE names")).isEqualTo("z b c");
    repository.adapter.materialization().orElseThrow().dematerialize(feature, List.of());
    assertThat(one("EXECUTE names")).isEqualTo("z b c");
    assertThat(one("EXPLAIN SELECT * FROM items")).doesNotContain("items__m_feature");
  }

  /** Rows of the branch's table as the server reads them, in a page and in a query. */
  private List<String> read(TableState state) {
    List<String> names = new ArrayList<>();
    try (RowStream<Row> rows =
        repository.adapter.rows(repository.table("items"), state, RowQuery.page(null, 10))) {
      rows.forEachRemaining(row -> names.add(row.get(1)));
    }
    QueryResult queried =
        repository.adapter.query(
            new ReadQuery(
                "SELECT name FROM items ORDER BY id",
                List.of(),
                Map.of(repository.table("items"), state),
                100,
                Duration.ofSeconds(20)));
    assertThat(queried.rows().stream().map(row -> row.getFirst().asText()).toList())
        .isEqualTo(names);
    return names;
  }

  @Test
  void theServerReadsTheCopyWhereItIsTheState() throws SQLException {
    // given
    run("UPDATE items SET n = 20 WHERE id = 2");
    repository.commit(feature, "items");
    copy();
    // a difference that only readers of the copy see
    repository.database.execute(
        "UPDATE epoch.%s SET name = 'copied' WHERE id = 3"
            .formatted(one("SELECT epoch.object_of('m', 't1', 'bfeature')")));
    TableState committed = repository.committed(feature, "items");

    // when
    assertThat(read(committed)).containsExactly("a", "b", "copied");
    assertThat(read(repository.working(feature, "items"))).containsExactly("a", "b", "copied");
    run("UPDATE items SET name = 'A' WHERE id = 1");

    // then
    assertThat(read(committed)).containsExactly("a", "b", "c");
    assertThat(read(repository.working(feature, "items"))).containsExactly("A", "b", "copied");
    repository.commit(feature, "items");
    assertThat(read(committed)).containsExactly("a", "b", "c");
    assertThat(read(repository.committed(feature, "items"))).containsExactly("A", "b", "copied");
    repository.adapter.materialization().orElseThrow().dematerialize(feature, List.of());
    assertThat(read(repository.committed(feature, "items"))).containsExactly("A", "b", "c");
  }

  @Test
  void aCopyThatIsYoungerThanTheSnapshotIsNotRead() throws SQLException {
    // given
    copy();
    try (Connection older = repository.database.connect()) {
      older.setAutoCommit(false);
      older.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      String held = "SELECT epoch.hold_copy(copy_relation) FROM epoch.branch_tables WHERE has_copy";
      TestDatabase.rows(older, "SELECT 1");

      // when
      repository.adapter.materialization().orElseThrow().dematerialize(feature, List.of());
      repository.adapter.copy(feature, List.of(repository.table("items")), Duration.ofMillis(1));

      // then
      assertThat(TestDatabase.rows(older, held))
          .containsExactly(java.util.Collections.singletonList(null));
      older.rollback();
      assertThat(TestDatabase.rows(older, held).getFirst().getFirst()).contains("items__m_");
      assertThatThrownBy(() ->
              repository.database.execute(
                  "SET lock_timeout = '100ms'; SELECT epoch.drop_copy('bfeature', 't1')"))
          .hasMessageContaining("lock timeout");
      older.rollback();
    }
  }

  @Test
  void copiesGoWithTheirBranchAndTable() throws SQLException {
    // given
    copy();
    BranchHandle child = repository.branch("child", feature);
    assertThat(repository.adapter.materialization().orElseThrow().copies(child)).isEmpty();

    // when
    repository.adapter.dropBranch(feature);

    // then
    String left =
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'epoch'::regnamespace AND relname LIKE '%\\_\\_m\\_%'";
    assertThat(one(left)).isEqualTo("0");
    repository.adapter.copy(child, List.of(repository.table("items")), PATIENCE);
    assertThat(one(left)).isNotEqualTo("0");
    repository.adapter.uninstall();
    assertThat(one("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'epoch%'")).isEqualTo("0");
  }
}
