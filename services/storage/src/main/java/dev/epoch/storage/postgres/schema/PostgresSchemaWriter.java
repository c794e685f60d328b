package dev.epoch.storage.postgres.schema;

import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.PrivilegeException;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.error.QueryTimeoutException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.schema.SchemaWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** Runs DDL, each statement as one, so that a text can never be two. */
public final class PostgresSchemaWriter implements SchemaWriter {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final Database database;

  public PostgresSchemaWriter(Database database) {
    this.database = database;
  }

  @Override
  public void together(List<String> statements, Limits limits) {
    retried(
        limits,
        () ->
            database.writeOnly(session -> {
              session.run(settings("SET LOCAL", limits));
              statements.forEach(session::execute);
            }));
  }

  @Override
  public void oneByOne(List<Ddl> statements, Limits limits) {
    for (Ddl statement : statements) {
      if (statement.alone()) {
        retried(limits, () -> alone(statement.sql(), limits));
      } else {
        together(List.of(statement.sql()), limits);
      }
    }
  }

  private void alone(String sql, Limits limits) {
    database.alone(session -> {
      session.run(settings("SET", limits));
      try {
        session.execute(sql);
      } finally {
        reset(session);
      }
    });
  }

  private static void reset(Session session) {
    try {
      session.run("RESET lock_timeout; RESET statement_timeout");
    } catch (RuntimeException gone) {
      // the connection is, and its settings with it
    }
  }

  private static String settings(String set, Limits limits) {
    return "%1$s lock_timeout = %2$d; %1$s statement_timeout = %3$d"
        .formatted(set, limits.lock().toMillis(), limits.statement().toMillis());
  }

  private static void retried(Limits limits, Runnable attempt) {
    long pause = FIRST_PAUSE.toNanos();
    for (int tried = 0; ; tried++) {
      try {
        attempt.run();
        return;
      } catch (BusyException busy) {
        if (tried >= limits.retries()) {
          throw new BusyException(
              "Locks could not be had in %d tries of %d ms: %s"
                  .formatted(tried + 1, limits.lock().toMillis(), busy.getMessage()),
              "Try again when the long transactions on the table have ended, or wait longer for"
                  + " locks",
              busy);
        }
        LockSupport.parkNanos(pause / 2 + ThreadLocalRandom.current().nextLong(pause));
        pause = Math.min(2 * pause, LONGEST_PAUSE.toNanos());
      } catch (StorageUnavailableException
          | OutcomeUnknownException
          | QueryTimeoutException
          | PrivilegeException known) {
        throw known;
      } catch (StorageException refused) {
        throw new QueryRefusedException(refused.getMessage(), refused.remedy(), refused);
      }
    }
  }
}
