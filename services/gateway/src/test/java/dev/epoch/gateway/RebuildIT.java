package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
}
