package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.testing.Suspended;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A database that has accepted connections and answers no more holds no branch for ever. */
@Timeout(120)
class HungDatabaseIT {

  @Test
  void theBranchIsFreeAgain() throws Exception {
    try (TestServer test = new TestServer(1);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      // given
      test.database.execute(
          "CREATE TABLE t (id int PRIMARY KEY, name text)", "INSERT INTO t VALUES (1, 'one')");
      test.register("t");
      test.commit("main", "first");
      test.database.execute("UPDATE t SET name = 'eins'");

      // when
      try (Suspended hung = Suspended.sessionsOf(test.database, "epoch")) {
        Future<?> commit = threads.submit(() -> test.commit("main", "second"));
        try {
          commit.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException told) {
          assertThat(told).hasCauseInstanceOf(StorageException.class);
        }

        // then, on other connections
        test.database.execute("UPDATE t SET name = 'uno'");
        test.commit("main", "third");
      }
      assertThat(test.database.value("SELECT name FROM t")).isEqualTo("uno");
    }
  }
}
