package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.read.CopyKeeper;
import dev.epoch.gateway.read.MaterializationService;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tables of branches that are read a lot are copied, and such copies go when they are not. */
@Timeout(120)
@Tag("postgres-versions")
class CopyKeeperIT {
  private static final Duration UNREAD = Duration.ofDays(7);
  private static final Duration PATIENCE = Duration.ofMillis(300);
  private static final int LOOKS = 12;

  private TestServer test;

  @BeforeEach
  void start() throws SQLException {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, name text)", "INSERT INTO t VALUES (1, 'one')");
    test.register("t");
    test.commit("main", "first");
    test.branch("hot", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  private CopyKeeper keeper(long mostBytes) {
    return new CopyKeeper(test.server(), new CopyKeeper.Policy(mostBytes, UNREAD), PATIENCE);
  }

  private List<MaterializationService.Copy> copies() {
    RepositoryState state = test.repository().state();
    return test.server()
        .materializations()
        .copies(state, state.branches().named("hot").orElseThrow());
  }

  /** Looks often, while a session runs the statement, which takes long. */
  private void lookWhile(String sql, CopyKeeper keeper) throws Exception {
    try (ExecutorService reader = Executors.newVirtualThreadPerTaskExecutor();
        Connection session = test.database.connect();
        Statement statement = session.createStatement()) {
      statement.execute("SELECT epoch.use_branch('hot')");
      Future<?> reading =
          reader.submit(() -> {
            statement.execute(sql);
            return null;
          });
      while (test.database
          .value(
              "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND wait_event = 'PgSleep'")
          .equals("0")) {
        Thread.onSpinWait();
      }
      for (int look = 0; look < LOOKS; look++) {
        keeper.look();
      }
      statement.cancel();
      try {
        reading.get();
      } catch (java.util.concurrent.ExecutionException cancelled) {
        assertThat(cancelled).hasMessageContaining("cancel");
      }
    }
  }

  @Test
  void whatIsReadALotIsCopiedUntilSomebodyDropsIt() throws Exception {
    // when
    CopyKeeper keeper = keeper(1 << 30);
    for (int look = 0; look < LOOKS; look++) {
      keeper.look();
    }
    assertThat(copies()).isEmpty();
    lookWhile("SELECT count(*), pg_sleep(60) FROM t", keeper);

    // then
    assertThat(copies())
        .singleElement()
        .returns("t", MaterializationService.Copy::table)
        .returns(true, MaterializationService.Copy::automatic);
    RepositoryState state = test.repository().state();
    test.server()
        .materializations()
        .drop(state, state.branches().named("hot").orElseThrow(), List.of());
    lookWhile("SELECT count(*), pg_sleep(60) FROM t", keeper);
    assertThat(copies()).isEmpty();
  }

  @Test
  void whatIsTooLargeIsNotCopied() throws Exception {
    // when
    lookWhile("SELECT count(*), pg_sleep(60) FROM t", keeper(1000));

    // then
    assertThat(copies()).isEmpty();
  }

  @Test
  void transactionsThatOnlyStandOpenDoNotCount() throws Exception {
    // given
    CopyKeeper keeper = keeper(1 << 30);
    try (Connection idle = test.database.connect();
        Statement statement = idle.createStatement()) {
      idle.setAutoCommit(false);
      statement.execute("SELECT epoch.use_branch('hot')");
      statement.execute("SELECT * FROM t");

      // when
      for (int look = 0; look < LOOKS; look++) {
        keeper.look();
      }
    }

    // then
    assertThat(copies()).isEmpty();
  }

  @Test
  void copiesThatNobodyAskedForGoWhenTheyAreNotRead() throws Exception {
    // given
    CopyKeeper keeper = keeper(1 << 30);
    lookWhile("SELECT count(*), pg_sleep(60) FROM t", keeper);
    RepositoryState state = test.repository().state();
    test.branch("wanted", "main");
    RepositoryState later = test.repository().state();
    test.server()
        .materializations()
        .materialize(later, later.branches().named("wanted").orElseThrow(), List.of("t"));
    assertThat(copies()).hasSize(1);

    // when they were last read long ago
    test.database.execute(
        "UPDATE epoch.branch_tables SET copy_seen_at = now() - interval '6 days 23 hours'");
    keeper(1 << 30).look();
    assertThat(copies()).hasSize(1);
    test.database.execute(
        "UPDATE epoch.branch_tables SET copy_seen_at = now() - interval '7 days 1 hour'");
    lookWhile("SELECT count(*), pg_sleep(60) FROM t", keeper);
    keeper(1 << 30).look();
    assertThat(copies()).as("read meanwhile").hasSize(1);
    test.database.execute(
        "UPDATE epoch.branch_tables SET copy_seen_at = now() - interval '7 days 1 hour'");
    keeper(1 << 30).look();

    // then
    assertThat(copies()).isEmpty();
    assertThat(
            test.server()
                .materializations()
                .copies(later, later.branches().named("wanted").orElseThrow()))
        .hasSize(1);
  }
}
