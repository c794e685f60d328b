package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.error.BusyException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Tries again what could not get its locks, with growing pauses up to a bound. Each try waits for a
 * lock far less than {@code deadlock_timeout}, so that in a deadlock with an application's
 * transaction Epoch gives way before the server picks a victim.
 */
public final class LockRetries {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

  /** How long all tries together hold up others, who wait behind their locks. */
  public static final Duration MOST_HELD = Duration.ofSeconds(5);

  private final Duration lockTimeout;
  private final Duration bound;
  private final LongSupplier clock;

  /** Below deadlock_timeout, which is a second unless an operator changed it, for ten seconds. */
  public static LockRetries usual() {
    return new LockRetries(Duration.ofMillis(100), Duration.ofSeconds(10));
  }

  /**
   * @param lockTimeout how long one try waits for one lock
   * @param bound after which {@link BusyException} is final
   */
  public LockRetries(Duration lockTimeout, Duration bound) {
    this(lockTimeout, bound, System::nanoTime);
  }

  /**
   * @param clock nanoseconds
   */
  LockRetries(Duration lockTimeout, Duration bound, LongSupplier clock) {
    this.lockTimeout = lockTimeout;
    this.bound = bound;
    this.clock = clock;
  }

  /** The setting to begin each try with. */
  public String setting() {
    return "SET LOCAL lock_timeout = " + lockTimeout.toMillis();
  }

  public <T> T run(Supplier<T> attempt) {
    long start = clock.getAsLong();
    long pause = FIRST_PAUSE.toNanos();
    long held = 0;
    while (true) {
      long began = clock.getAsLong();
      try {
        return attempt.get();
      } catch (ShapeMovedException e) {
        throw e;
      } catch (BusyException e) {
        long left = bound.toNanos() - (clock.getAsLong() - start);
        held += clock.getAsLong() - began;
        if (held >= MOST_HELD.toNanos()) {
          throw new BusyException(
              "Several tries have held up others for %d s in all: %s"
                  .formatted(Duration.ofNanos(held).toSeconds(), e.getMessage()),
              "Try again when fewer transactions write these tables",
              e);
        }
        if (left <= 0) {
          throw new BusyException(
              "Locks could not be had within " + bound.toSeconds() + " s: " + e.getMessage(),
              "Try again when the long transactions on these tables have ended",
              e);
        }
        LockSupport.parkNanos(
            Math.min(left, pause / 2 + ThreadLocalRandom.current().nextLong(pause)));
        pause = Math.min(pause * 2, LONGEST_PAUSE.toNanos());
      }
    }
  }
}
