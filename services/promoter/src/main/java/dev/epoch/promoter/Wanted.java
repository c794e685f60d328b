package dev.epoch.promoter;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** Repositories that something happened in since they were looked at. */
final class Wanted {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<String> repositories = new HashSet<>();
  private boolean all = true;
  private long lastOfAll = System.nanoTime();

  void one(String repository) {
    lock.lock();
    try {
      repositories.add(repository);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void all() {
    lock.lock();
    try {
      all = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for one, and takes all that there are; all repositories that exist when so much time has
   * passed since it was all of them.
   */
  Predicate<String> await(Duration interval) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = interval.toNanos() - (System.nanoTime() - lastOfAll);
      while (!all && repositories.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (all || left <= 0) {
        all = false;
        repositories.clear();
        lastOfAll = System.nanoTime();
        return _ -> true;
      }
      Set<String> taken = Set.copyOf(repositories);
      repositories.clear();
      return taken::contains;
    } finally {
      lock.unlock();
    }
  }
}
