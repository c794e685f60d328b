package dev.epoch.log.postgres;

import dev.epoch.log.testing.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What else happens in the database of a log: transactions of others that hold snapshots and locks,
 * appends of another program that take their time or come to nothing, and killed connections.
 */
final class Disturbances implements AutoCloseable {
  private static final int THREADS = 4;
  private static final String OTHER_STREAM = "other-";

  /** Kinds, and how long they may last, in milliseconds. */
  private enum Kind {
    HOLD_SNAPSHOT(400),
    HOLD_TRANSACTION_ID(400),
    LOCK_HEAD(40),
    LOCK_TABLE(40),
    APPEND(30),
    APPEND_IN_VAIN(30),
    KILL(0);

    private final int longestMillis;

    Kind(int longestMillis) {
      this.longestMillis = longestMillis;
    }
  }

  private final PostgresServer.Database database;
  private final AtomicBoolean stop = new AtomicBoolean();
  private final List<Thread> threads = new ArrayList<>();
  private final Map<Kind, Integer> done = new EnumMap<>(Kind.class);
  private volatile Throwable failure;

  Disturbances(PostgresServer.Database database, Random random) {
    this.database = database;
    for (int thread = 0; thread < THREADS; thread++) {
      String stream = OTHER_STREAM + thread;
      Random own = new Random(random.nextLong());
      threads.add(Thread.ofVirtual().start(() -> run(stream, own)));
    }
  }

  private void run(String stream, Random random) {
    while (!stop.get()) {
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      long millis = kind.longestMillis == 0 ? 0 : random.nextInt(kind.longestMillis);
      try (Connection connection =
              DriverManager.getConnection(
                  database.jdbcUrl() + "?assumeMinServerVersion=15&ApplicationName=disturbance",
                  database.user(),
                  database.password());
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        disturb(kind, statement, stream, random);
        Thread.sleep(millis);
        if (kind == Kind.APPEND_IN_VAIN) {
          connection.rollback();
        } else {
          connection.commit();
        }
        synchronized (done) {
          done.merge(kind, 1, Integer::sum);
        }
        Thread.sleep(random.nextInt(30));
      } catch (SQLException | InterruptedException e) {
        if (e instanceof SQLException killed && "57P01".equals(killed.getSQLState())) {
          continue; // by another disturbance, before it had its name
        }
        failure = e;
        return;
      }
    }
  }

  private static void disturb(Kind kind, Statement statement, String stream, Random random)
      throws SQLException {
    switch (kind) {
      case HOLD_SNAPSHOT -> {
        statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        statement.execute("SELECT count(*) FROM epoch.events");
      }
      case HOLD_TRANSACTION_ID -> statement.execute("SELECT pg_current_xact_id()");
      case LOCK_HEAD -> statement.execute("SELECT position FROM epoch.log_head FOR UPDATE");
      case LOCK_TABLE -> statement.execute("LOCK TABLE epoch.events IN SHARE MODE");
      case APPEND, APPEND_IN_VAIN -> append(statement, stream);
      case KILL -> kill(statement, random);
    }
  }

  private static void append(Statement statement, String stream) throws SQLException {
    statement.execute("UPDATE epoch.log_head SET position = position + 1");
    statement.execute(
        """
        INSERT INTO epoch.events (
          position, stream, version, id, kind, type, schema_version, time,
          actor_id, actor_name, actor_email, causation, idempotency_key, data, digest
        )
        SELECT
          position, '%1$s', (SELECT count(*) FROM epoch.events WHERE stream = '%1$s') + 1,
          gen_random_uuid(), 'event', 'x', 1, now(),
          'a', '', '', gen_random_uuid(), NULL, '{}', ''
        FROM epoch.log_head
        """
            .formatted(stream));
    statement.execute(PostgresLogScenario.GIVE_DIGESTS);
  }

  private static void kill(Statement statement, Random random) throws SQLException {
    List<String> victims =
        List.of(
            "application_name = 'epoch log'",
            "application_name = 'epoch log tail'",
            "application_name <> 'disturbance'");
    statement.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            + " AND pid <> pg_backend_pid() AND application_name <> 'disturbance' AND "
            + victims.get(random.nextInt(victims.size()))
            + " AND random() < 0.5");
  }

  /** Ends them; how many there were, by kind. */
  Map<?, Integer> stop() {
    stop.set(true);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
    if (failure != null) {
      throw new AssertionError("a disturbance failed", failure);
    }
    return done;
  }

  @Override
  public void close() {
    stop.set(true);
    threads.forEach(Thread::interrupt);
  }
}
