package dev.epoch.storage.schema;

import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.error.QueryTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** Changes the schemas of a database while applications use it. */
public interface SchemaWriter {

  /**
   * A statement.
   *
   * @param alone whether it cannot run in a transaction
   */
  record Ddl(String sql, boolean alone) {
    public Ddl {
      Objects.requireNonNull(sql, "sql");
    }
  }

  /**
   * How long a change may hold up others.
   *
   * @param lock for which one try waits for a lock
   * @param statement for which one statement may run; zero for as long as it takes
   * @param retries how often it is tried again when locks could not be had
   */
  record Limits(Duration lock, Duration statement, int retries) {
    public Limits {
      Objects.requireNonNull(lock, "lock");
      Objects.requireNonNull(statement, "statement");
    }
  }

  /**
   * Runs statements in one transaction: all or none.
   *
   * @throws BusyException if locks could not be had
   * @throws QueryRefusedException if the database refuses a statement, or rows stand against it
   * @throws QueryTimeoutException if a statement took too long
   */
  void together(List<String> statements, Limits limits);

  /**
   * Runs statements one after the other, each by itself. If one fails, those before it stay. Fails
   * like {@link #together}.
   */
  void oneByOne(List<Ddl> statements, Limits limits);
}
