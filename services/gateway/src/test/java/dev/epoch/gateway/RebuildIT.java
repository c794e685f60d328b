package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.branch.BranchService;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.TableChangedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Histories and overlays are written anew from the log alone. */
class RebuildIT {
  private TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, a text)",
        "INSERT INTO t SELECT i, 'a' || i FROM generate_series(1, 6) AS i");
    test.register("t");
    test.commit("main", "first");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  /** The merge moves the branch to another anchor, where its rows are as they were. */
  @Test
  void branchThatAMergeLaidElsewhereWithoutAChange() throws Exception {
    // given
    test.branch("one", "main");
    test.onBranch("one", "INSERT INTO t VALUES (8, 'same'), (3333, 'own')");
    test.onBranch("one", "DELETE FROM t WHERE id = 2");
    test.commit("one", "both, and more");
    test.branch("two", "one");
    test.database.execute("INSERT INTO t VALUES (8, 'same')");
    test.commit("main", "the same row");
    assertThat(test.merge("main", "two").conflicts()).isEmpty();
    test.onBranch("two", "INSERT INTO t VALUES (7, 'later')");
    test.commit("two", "later");
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();

    // when
    test.database.execute(
        test.database.value(
            "SELECT string_agg(format('DELETE FROM epoch.%I', tablename), ';')"
                + " FROM pg_tables WHERE schemaname = 'epoch' AND (tablename LIKE '%\\_\\_h\\_%' OR tablename LIKE '%\\_\\_vh\\_%')"));

    // then
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
  }

  /** One operation moves the branch and has its first commit; rows of both are in the layers. */
  @Test
  void branchThatWasRebased() throws Exception {
    // given
    test.branch("one", "main");
    test.onBranch("one", "INSERT INTO t VALUES (8, 'same'), (9, 'own')");
    test.commit("one", "both");
    test.onBranch("one", "DELETE FROM t WHERE id = 2");
    test.commit("one", "and more");
    test.branch("two", "one");
    test.database.execute("INSERT INTO t VALUES (8, 'same')", "DELETE FROM t WHERE id = 3");
    test.commit("main", "the same row");
    for (String branch : List.of("one", "two")) {
      assertThat(test.replay(branch, "rebase", "main").conflicts()).isEmpty();
      test.onBranch(branch, "INSERT INTO t VALUES (7, 'later')");
      test.commit(branch, "later");
    }
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();

    // when
    test.database.execute(
        test.database.value(
            "SELECT string_agg(format('DELETE FROM epoch.%I', tablename), ';')"
                + " FROM pg_tables WHERE schemaname = 'epoch' AND (tablename LIKE '%\\_\\_h\\_%' OR tablename LIKE '%\\_\\_v%')"));

    // then
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
  }

  /**
   * A merge takes a table whole that the branch never changed; the branch moves over that merge
   * later, when it has rows of its own.
   */
  @Test
  void branchThatMovedOverAMergeThatTookATableWhole() throws Exception {
    // given
    test.database.execute("CREATE TABLE p (id int PRIMARY KEY)");
    test.register("p");
    test.commit("main", "p");
    test.branch("one", "main");
    for (int row = 1; row <= 3; row++) {
      test.database.execute("UPDATE t SET a = 'main' WHERE id = " + row);
      test.commit("main", "row " + row);
    }
    test.onBranch("one", "INSERT INTO p VALUES (1)");
    String before = test.commit("one", "of another table").commit().id();
    assertThat(test.merge("main", "one").conflicts()).isEmpty();
    test.onBranch("one", "INSERT INTO t VALUES (9, 'own')");
    String own = test.commit("one", "own").commit().id();
    test.branch("two", "one");
    test.onBranch("two", "UPDATE t SET a = 'two' WHERE id = 4");
    test.commit("two", "two");

    // when
    reset("one", before);
    test.onBranch("one", "UPDATE t SET a = 'later' WHERE id = 3");
    test.commit("one", "later");
    reset("one", own);
    reset("two", before);
    reset("two", own);

    // then
    requireRebuilt();
  }

  /** What takes a commit back that is the last change of a table gives the entry before it. */
  @Test
  void branchThatMovedOverARevertThatTookATableWhole() throws Exception {
    // given
    test.database.execute("UPDATE t SET a = 'second' WHERE id <= 2");
    test.commit("main", "second");
    test.database.execute("UPDATE t SET a = 'third' WHERE id <= 3");
    String third = test.commit("main", "third").commit().id();
    test.branch("one", "main");
    assertThat(test.replay("one", "revert", third).conflicts()).isEmpty();
    test.onBranch("one", "INSERT INTO t VALUES (9, 'own')");
    String own = test.commit("one", "own").commit().id();

    // when
    reset("one", third);
    test.onBranch("one", "UPDATE t SET a = 'later' WHERE id = 5");
    test.commit("one", "later");
    reset("one", own);

    // then
    requireRebuilt();
  }

  private void reset(String branch, String commit) {
    test.server().resets().hard(test.repository(), branch, commit, null, TestServer.caller());
  }

  private void requireRebuilt() {
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
  }

  @Test
  void branchWithSequencesOfItsOwn() throws Exception {
    // given
    test.database.execute("CREATE TABLE numbered (id serial PRIMARY KEY)");
    test.register("numbered");
    test.commit("main", "numbered");
    test.server()
        .branches()
        .create(
            test.repository(),
            new BranchService.NewBranch("own", "main", false, null, true, false),
            TestServer.caller());
    test.onBranch("own", "INSERT INTO numbered SELECT FROM generate_series(1, 3)");
    test.commit("own", "three");

    // when
    test.database.execute(
        "DROP SCHEMA epoch CASCADE",
        test.database.value(
            "SELECT string_agg(format('DROP SCHEMA %I CASCADE', nspname), ';')"
                + " FROM pg_namespace WHERE nspname ~ '_(base|changed)$'"));
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();

    // then
    test.onBranch("own", "INSERT INTO numbered DEFAULT VALUES");
    assertThat(test.commit("own", "four").commit().tree().get("numbered").rowCount()).isEqualTo(4);
    assertThat(test.database.value("SELECT is_called FROM numbered_id_seq")).isEqualTo("f");
  }

  /** What nobody has committed of a schema stays in the tables, and is noticed as before. */
  @Test
  void tablesWhoseSchemaSomebodyHasChangedAndNotCommitted() throws Exception {
    // given
    test.database.execute(
        "CREATE TABLE p (id int PRIMARY KEY, a text)", "INSERT INTO p VALUES (1, 'p')");
    test.register("p");
    test.commit("main", "p");
    aCommitOnEach();
    onOpen(
        "ALTER TABLE t ADD x int DEFAULT 4",
        "UPDATE t SET a = 'x', x = 5 WHERE id = 4",
        "INSERT INTO p VALUES (2, 'side')");
    test.commit("side", "x");
    onOpen(
        "ALTER TABLE t RENAME a TO b",
        "ALTER TABLE t ADD y int DEFAULT 7",
        "ALTER TABLE t DROP x",
        "CREATE TABLE made (id int PRIMARY KEY REFERENCES p)",
        "INSERT INTO made VALUES (2)",
        "UPDATE t SET b = 'y', y = 8 WHERE id = 5",
        "DELETE FROM t WHERE id = 6");
    test.database.execute(
        "ALTER TABLE t RENAME a TO c",
        "ALTER TABLE t ADD z int DEFAULT 9",
        "UPDATE t SET c = 'z', z = 10 WHERE id = 1");
    TestTable table = new TestTable(test, "t");
    List<String> onSide = table.working("side");
    List<String> onMain = table.working("main");
    List<String> told = table.status("side");

    // when
    test.database.execute(
        test.database.value(
            """
            SELECT string_agg(
              format(
                CASE WHEN tablename ~ '^t__d_' THEN 'DROP TABLE epoch.%I CASCADE' ELSE 'DELETE FROM epoch.%I' END,
                tablename),
              ';')
            FROM pg_tables WHERE schemaname = 'epoch' AND tablename ~ '^[pt]__(v|d|vh|h)_'\
            """));

    // then
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
    assertThat(table.working("side")).isEqualTo(onSide).contains("id=5 b=y y=8");
    assertThat(table.working("main")).isEqualTo(onMain).contains("id=1 c=z z=10");
    assertThat(table.status("side")).isEqualTo(told).hasSize(1);

    // when
    test.commit("side", "y");
    test.commit("main", "z");

    // then
    assertThat(table.rows("side")).isEqualTo(onSide);
    assertThat(table.rows("main")).isEqualTo(onMain);
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
  }

  /** In a session on branch side, whose tables are open. */
  private void onOpen(String... statements) throws SQLException {
    try (Connection connection = test.database.connect();
        Statement session = connection.createStatement()) {
      session.execute("SELECT epoch.use_branch('side')");
      session.execute("SELECT epoch.open_table(name) FROM (VALUES ('p'), ('t')) AS t (name)");
      for (String sql : statements) {
        session.execute(sql);
      }
    }
  }

  /** What is lost of what Epoch keeps in the users' database. */
  enum Loss {
    HISTORY(
        "SELECT string_agg(format('DROP TABLE epoch.%I CASCADE', relname), ';') FROM pg_class"
            + " WHERE relname LIKE 't\\_\\_h\\_%' AND relkind = 'r'"),
    WORKING_SET(
        "SELECT string_agg(format('DROP TABLE epoch.%I CASCADE', relname), ';') FROM pg_class"
            + " WHERE relname LIKE 't\\_\\_w\\_%' AND relkind = 'r'"),
    TRIGGERS(
        "SELECT format('DROP FUNCTION epoch.%I CASCADE', proname) FROM pg_proc"
            + " WHERE proname LIKE 't\\_\\_c\\_%'"),
    CATALOG("SELECT 'TRUNCATE epoch.tables CASCADE'"),
    EVERYTHING("SELECT 'DROP SCHEMA epoch CASCADE'");

    private final String statement;

    Loss(String statement) {
      this.statement = statement;
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsLostIsPutBackAndChangesAreCapturedAgain(Loss loss) throws Exception {
    // given
    test.database.execute("CREATE TABLE untouched (id int PRIMARY KEY)");
    test.register("untouched");
    String second = aCommitOnEach();
    test.branch("old", second);

    // when
    test.database.execute(test.database.value(loss.statement));

    // then
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();

    // when
    test.database.execute(
        "UPDATE t SET a = 'captured' WHERE id = 1", "INSERT INTO untouched VALUES (1)");
    test.onBranch("side", "UPDATE t SET a = 'captured on side' WHERE id = 4");

    // then
    test.commit("main", "third");
    test.commit("side", "fourth");
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    assertThat(test.merge("side", "main").conflicts()).isEmpty();
    assertThat(test.database.value("SELECT string_agg(a, ' ' ORDER BY id) FROM t"))
        .isEqualTo("captured second side captured on side a5 a6");
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
  }

  @Test
  void whatWasNotCommittedWhenItWasLostIsToldOf() throws Exception {
    // given
    aCommitOnEach();
    test.database.execute("UPDATE t SET a = 'not committed' WHERE id = 5");

    // when
    test.database.execute("DROP SCHEMA epoch CASCADE");

    // then
    assertThatThrownBy(() -> test.commit("main", "third"))
        .isInstanceOfSatisfying(
            StorageException.class, lost -> assertThat(lost.remedy()).contains("recovery.md"));
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences())
        .isNotEmpty()
        .allSatisfy(difference -> assertThat(difference.problem()).contains("rows differ"));
    assertThat(test.database.value("SELECT a FROM t WHERE id = 5")).isEqualTo("not committed");
  }

  @Test
  void aTableWithOtherColumnsIsNotTakenForTheOneThatWasLost() throws Exception {
    // given
    aCommitOnEach();

    // when
    test.database.execute("DROP SCHEMA epoch CASCADE", "ALTER TABLE t ALTER a TYPE varchar(20)");

    // then
    assertThatThrownBy(() -> test.server().rebuilds().rebuild(test.repository()))
        .isInstanceOf(TableChangedException.class);

    // when
    test.database.execute("ALTER TABLE t ALTER a TYPE text");

    // then
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
  }

  /** The id of the one on main. */
  private String aCommitOnEach() throws Exception {
    test.branch("side", "main");
    test.database.execute("UPDATE t SET a = 'second' WHERE id = 2");
    String second = test.commit("main", "second").commit().id();
    test.onBranch("side", "UPDATE t SET a = 'side' WHERE id = 3");
    test.commit("side", "side");
    return second;
  }
}
