package dev.epoch.promoter;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** A value that is read by whoever asks first; the others wait for it. A failure is not kept. */
final class Once<T> {
  private final ReentrantLock reading = new ReentrantLock();
  private volatile T value;

  /**
   * @param read not null; what it throws, its caller gets, and the next one reads
   */
  T get(Supplier<T> read) {
    T found = value;
    if (found != null) {
      return found;
    }
    reading.lock();
    try {
      if (value == null) {
        value = read.get();
      }
      return value;
    } finally {
      reading.unlock();
    }
  }
}
