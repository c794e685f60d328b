package dev.epoch.qa.trial;

import dev.epoch.qa.process.Poll;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Clients pass it before each step; while it is closed all of them stand still between two steps.
 */
final class Gate {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile boolean closing;

  /** One step of a client. */
  void pass(Callable<Void> step) throws Exception {
    while (closing) {
      LockSupport.parkNanos(1_000_000);
    }
    lock.readLock().lock();
    try {
      step.call();
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Waits until every client has ended its step, and keeps them from the next.
   *
   * @param stillThere looked at while waiting
   * @return false if something is not there any more
   */
  boolean close(Duration limit, Callable<Boolean> stillThere) throws Exception {
    closing = true;
    boolean[] gone = {false};
    Poll.until(
        "every client has its answer",
        limit,
        () -> {
          gone[0] = !stillThere.call();
          return gone[0] || lock.writeLock().tryLock();
        });
    return !gone[0];
  }

  void open() {
    closing = false;
    lock.writeLock().unlock();
  }
}
