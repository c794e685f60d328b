package dev.epoch.storage.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.Suspended;
import dev.epoch.storage.testing.TestDatabase;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that has accepted a connection and answers no more is waited for a while only. */
@Timeout(60)
class HungDatabaseTest {
  private static final int SECONDS = 1;

  @Test
  void whoeverWaitsIsToldAndTheNextGoesOn() {
    try (TestDatabase test = StoragePostgres.database();
        Database database = open(test)) {
      // given
      test.execute("CREATE TABLE t (id int)");

      // when
      assertThatExceptionOfType(StorageUnavailableException.class)
          .isThrownBy(() ->
              database.writeOnly(session -> {
                session.run("INSERT INTO public.t VALUES (1)");
                try (Suspended hung = Suspended.sessionsOf(test, "epoch")) {
                  session.run("INSERT INTO public.t VALUES (2)");
                }
              }));

      // then
      database.writeOnly(session -> session.run("INSERT INTO public.t VALUES (3)"));
      assertThat(test.value("SELECT string_agg(id::text, ' ') FROM t")).isEqualTo("3");
    }
  }

  @Test
  void aStreamThatEndsInTheMiddleIsToldToo() {
    try (TestDatabase test = StoragePostgres.database();
        Database database = open(test);
        var rows =
            database.stream(session ->
                session.stream(
                    "SELECT i FROM generate_series(1, 100000) AS i",
                    List.of(),
                    row -> row.getInteger(0)))) {
      rows.next();
      try (Suspended hung = Suspended.sessionsOf(test, "epoch")) {
        assertThatExceptionOfType(StorageUnavailableException.class)
            .isThrownBy(() -> rows.forEachRemaining(row -> {}));
      }
      assertThat(database.<Integer>read(session -> session.list("SELECT 1", _ -> 1).size()))
          .isEqualTo(1);
    }
  }

  private static Database open(TestDatabase test) {
    PgConnectOptions options = test.options();
    options.setReadIdleTimeout(SECONDS);
    return new Database(StoragePostgres.vertx(), options, new PoolOptions().setMaxSize(2));
  }
}
