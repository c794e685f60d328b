package dev.epoch.log;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The highest position known to be readable, and those who wait for a higher one. It never goes
 * back.
 */
public final class LogHead {
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Waiting> waiting = new HashSet<>();
  private long position;
  private RuntimeException closed;

  /** Compared by identity. */
  private static final class Waiting {
    final long above;
    final UniEmitter<? super Void> emitter;

    Waiting(long above, UniEmitter<? super Void> emitter) {
      this.above = above;
      this.emitter = emitter;
    }
  }

  /**
   * Every record up to this position is readable. A lower position than the known one changes
   * nothing.
   */
  public void advanceTo(long readable) {
    List<Waiting> due = new ArrayList<>();
    lock.lock();
    try {
      position = Math.max(position, readable);
      waiting.removeIf(one -> one.above < position && due.add(one));
    } finally {
      lock.unlock();
    }
    due.forEach(one -> one.emitter.complete(null));
  }

  /** Completes as soon as a record above the position is readable. */
  public Uni<Void> above(long other) {
    return Uni.createFrom().emitter(emitter -> await(other, emitter));
  }

  /** Fails those who wait and those who come. */
  public void close(RuntimeException reason) {
    List<Waiting> all;
    lock.lock();
    try {
      closed = reason;
      all = List.copyOf(waiting);
      waiting.clear();
    } finally {
      lock.unlock();
    }
    all.forEach(one -> one.emitter.fail(reason));
  }

  /** Whether anybody waits. */
  public boolean awaited() {
    lock.lock();
    try {
      return !waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void await(long above, UniEmitter<? super Void> emitter) {
    Waiting one = new Waiting(above, emitter);
    emitter.onTermination(() -> remove(one));
    RuntimeException failure;
    lock.lock();
    try {
      failure = closed;
      if (failure == null && position <= above) {
        waiting.add(one);
        return;
      }
    } finally {
      lock.unlock();
    }
    if (failure == null) {
      emitter.complete(null);
    } else {
      emitter.fail(failure);
    }
  }

  private void remove(Waiting one) {
    lock.lock();
    try {
      waiting.remove(one);
    } finally {
      lock.unlock();
    }
  }
}
