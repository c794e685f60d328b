package dev.epoch.gateway;

import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * An application that books: a transaction changes the balance of an account and adds an entry, or
 * takes one back. It goes on at its pace until it is stopped, and keeps count; a transaction that
 * fails ends it.
 */
final class LiveApplication implements AutoCloseable {
  private static final int MOST_ENTRIES = 500;
  private static final int ROWS_PER_TRANSACTION = 2;

  private final TestDatabase database;
  private final int accounts;
  private final long pause;
  private final Random random;
  private final Deque<Integer> entries = new ArrayDeque<>();
  private final Deque<Integer> amounts = new ArrayDeque<>();
  private final ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor();
  private Future<?> running;
  private volatile boolean stopped;
  private volatile long written;
  private long balance;
  private long longest;
  private int nextEntry = 1;

  private LiveApplication(TestDatabase database, int accounts, int rowsPerSecond, long seed) {
    this.database = database;
    this.accounts = accounts;
    this.pause = TimeUnit.SECONDS.toNanos(1) * ROWS_PER_TRANSACTION / rowsPerSecond;
    this.random = new Random(seed);
  }

  static LiveApplication start(TestDatabase database, int accounts, int rowsPerSecond, long seed) {
    LiveApplication application = new LiveApplication(database, accounts, rowsPerSecond, seed);
    application.running = application.thread.submit(application::run);
    return application;
  }

  private Void run() throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      long next = System.nanoTime();
      while (!stopped) {
        long start = System.nanoTime();
        transact(statement);
        connection.commit();
        written += ROWS_PER_TRANSACTION;
        longest = Math.max(longest, System.nanoTime() - start);
        next += pause;
        LockSupport.parkNanos(next - System.nanoTime());
      }
    }
    return null;
  }

  private void transact(Statement statement) throws SQLException {
    int account = 1 + random.nextInt(accounts);
    boolean takesBack =
        entries.size() >= MOST_ENTRIES || !entries.isEmpty() && random.nextInt(3) == 0;
    int amount = takesBack ? -amounts.removeFirst() : random.nextInt(1_000) - 500;
    statement.execute(
        "UPDATE account SET balance = balance + %d WHERE id = %d".formatted(amount, account));
    if (takesBack) {
      statement.execute("DELETE FROM entry WHERE id = " + entries.removeFirst());
    } else {
      statement.execute(
          "INSERT INTO entry VALUES (%d, %d, %d)".formatted(nextEntry, account, amount));
      entries.addLast(nextEntry++);
      amounts.addLast(amount);
    }
    balance += amount;
  }

  /** Ends it after the transaction that it is in; fails if one has failed. */
  void stop() {
    stopped = true;
    try {
      running.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("a transaction of the application failed", e.getCause());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Rows inserted, updated and deleted so far. */
  long written() {
    return written;
  }

  /** What the balances of all accounts sum up to; once it is stopped. */
  long balance() {
    return balance;
  }

  /** Number and sum of the entries that are there; once it is stopped. */
  String entries() {
    return entries.size() + " " + amounts.stream().mapToLong(Integer::longValue).sum();
  }

  /** The longest transaction; once it is stopped. */
  long longestMilliseconds() {
    return TimeUnit.NANOSECONDS.toMillis(longest);
  }

  @Override
  public void close() {
    stopped = true;
    thread.close();
  }
}
