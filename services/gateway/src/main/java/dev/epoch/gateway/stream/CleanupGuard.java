package dev.epoch.gateway.stream;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Keeps apart, in one repository, who works with rows that no branch refers to yet, who drops rows
 * that nothing refers to, and who writes them anew. Only dropping holds others up.
 */
public final class CleanupGuard {
  private final ReentrantReadWriteLock dropping = new ReentrantReadWriteLock();
  private final ReentrantLock maintenance = new ReentrantLock();

  /** How many work with a commit, by its id. */
  private final Map<String, Integer> used = new ConcurrentHashMap<>();

  /** While it is open, the commit counts as one that a branch refers to. */
  public interface Use extends AutoCloseable {
    @Override
    void close();
  }

  /** Waits for a drop that began before. Its rows may be gone already: look after this. */
  public Use use(String commit) {
    within(dropping.readLock(), () -> used.merge(commit, 1, Integer::sum));
    return () -> used.computeIfPresent(commit, (_, users) -> users == 1 ? null : users - 1);
  }

  /**
   * Waits for a rebuild.
   *
   * @param work gets the commits that are being used
   */
  public <T> T drop(Function<Set<String>, T> work) {
    return within(
        maintenance,
        () -> within(dropping.writeLock(), () -> work.apply(Set.copyOf(used.keySet()))));
  }

  /** Waits for a drop, or another rebuild. */
  public <T> T rebuild(Supplier<T> work) {
    return within(maintenance, work);
  }

  private static <T> T within(Lock lock, Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }
}
