package dev.epoch.storage.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.postgres.connection.AffinityPool.Lent;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AffinityPoolTest {
  private static final int MOST = 3;

  private final TestDatabase sql = StoragePostgres.database();
  private final AffinityPool connections =
      new AffinityPool(
          new Connecting(StoragePostgres.vertx(), AddressRules.ANYTHING),
          sql.options(),
          new PoolOptions()
              .setMaxSize(MOST)
              .setConnectionTimeout(2)
              .setConnectionTimeoutUnit(TimeUnit.SECONDS));

  @AfterEach
  void close() {
    connections.close();
    sql.close();
  }

  @Test
  void workIsDoneWhereItWasDoneBefore() {
    // given
    List<Integer> first = List.of(used("a"), used("b"), used("c"));

    // when
    List<Integer> later = List.of(used("b"), used("c"), used("a"), used("b"));

    // then
    assertThat(first).doesNotHaveDuplicates();
    assertThat(later).containsExactly(first.get(1), first.get(2), first.get(0), first.get(1));
  }

  @Test
  void keysAreSpreadOverTheConnections() {
    // when
    List<Integer> sessions = new ArrayList<>();
    for (int i = 0; i < 4 * MOST; i++) {
      sessions.add(used("key " + i));
    }

    // then
    for (int session : Set.copyOf(sessions)) {
      assertThat(sessions.stream().filter(one -> one == session)).hasSize(4);
    }
  }

  @Test
  void whoWaitsLongTakesAnother() {
    // given
    Lent held = connections.take("a");

    // when
    int other = used("a");

    // then
    assertThat(other).isNotEqualTo(session(held));
    connections.giveBack(held);
    assertThat(Set.of(other, session(held))).contains(used("a"));
  }

  @Test
  void whoWaitsForTheOneThatKnowsTheWorkGetsIt() throws Exception {
    // given
    Lent held = connections.take("a");
    int session = session(held);

    // when
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> waiting = executor.submit(() -> used("a"));
      Thread.sleep(Duration.ofMillis(5));
      connections.giveBack(held);

      // then
      assertThat(waiting.get()).isEqualTo(session);
    }
  }

  @Test
  void nobodyWaitsForEver() {
    // given
    List<Lent> held = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      held.add(connections.take("a" + i));
    }

    // when
    assertThatExceptionOfType(BusyException.class).isThrownBy(() -> connections.take("b"));

    // then
    held.forEach(connections::giveBack);
    assertThat(used("b")).isPositive();
  }

  @Test
  void oneThatDiedIsReplaced() throws Exception {
    // given
    int dead = used("a");
    sql.execute("SELECT pg_terminate_backend(" + dead + ")");
    while (!sql.value("SELECT count(*) FROM pg_stat_activity WHERE pid = " + dead).equals("0")) {
      Thread.sleep(Duration.ofMillis(5));
    }

    // when
    Lent next = connections.take("a");
    try {
      session(next);
      connections.giveBack(next);
    } catch (RuntimeException diedInThePool) {
      connections.discard(next);
    }

    // then
    assertThat(used("a")).isNotEqualTo(dead);
  }

  /** Else every database has as many sessions for ever as it once needed at a time. */
  @Test
  void thoseThatNobodyUsesAreClosed() {
    // given
    PoolOptions limits =
        new PoolOptions()
            .setMaxSize(MOST)
            .setPoolCleanerPeriod(20)
            .setIdleTimeout(200)
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    try (AffinityPool idle =
        new AffinityPool(
            new Connecting(StoragePostgres.vertx(), AddressRules.ANYTHING),
            sql.options().addProperty("application_name", "idle"),
            limits)) {
      List<Lent> held = new ArrayList<>();
      for (int i = 0; i < MOST; i++) {
        held.add(idle.take("a" + i));
      }
      assertThat(sessions()).isEqualTo(MOST);

      // when one is in use, and the others are not
      Lent used = held.removeLast();
      held.forEach(idle::giveBack);
      while (sessions() > 1) {
        Thread.onSpinWait();
      }

      // then it works on, and others are opened again
      int session = session(used);
      idle.giveBack(used);
      Lent next = idle.take("a0");
      assertThat(session(next)).isPositive();
      idle.giveBack(next);
      while (sessions() > 0) {
        Thread.onSpinWait();
      }
      assertThat(session).isPositive();
    }
  }

  private int sessions() {
    return Integer.parseInt(
        sql.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'idle'"));
  }

  @Test
  void oneIsUsedByOneAtATime() throws Exception {
    // given
    Set<Integer> inUse = ConcurrentHashMap.newKeySet();
    Set<Integer> all = ConcurrentHashMap.newKeySet();
    List<Future<?>> workers = new ArrayList<>();

    // when
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 32; i++) {
        String key = "key " + i % 5;
        workers.add(
            executor.submit(() -> {
              for (int turn = 0; turn < 30; turn++) {
                Lent lent = connections.take(key);
                int session = session(lent);
                assertThat(inUse.add(session)).isTrue();
                all.add(session);
                inUse.remove(session);
                if (turn == 10) {
                  connections.discard(lent);
                } else {
                  connections.giveBack(lent);
                }
              }
            }));
      }

      // then
      for (Future<?> worker : workers) {
        worker.get();
      }
    }
    assertThat(inUse).isEmpty();
    assertThat(all).hasSizeGreaterThan(MOST);
  }

  private int used(String key) {
    Lent lent = connections.take(key);
    try {
      return session(lent);
    } finally {
      connections.giveBack(lent);
    }
  }

  private static int session(Lent lent) {
    return new Session(lent.connection())
        .first("SELECT pg_backend_pid()", row -> row.getInteger(0))
        .orElseThrow();
  }
}
