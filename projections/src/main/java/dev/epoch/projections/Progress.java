package dev.epoch.projections;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** How far a projection of this process is, and those who wait until it includes a position. */
final class Progress {
  private final String projection;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Waiting> waiting = new HashSet<>();
  private volatile long position;
  private volatile Map<String, Stop> stops = Map.of();

  Progress(String projection) {
    this.projection = projection;
  }

  /** Compared by identity. */
  private static final class Waiting {
    final String repository;
    final long wanted;
    final UniEmitter<? super Void> emitter;

    Waiting(String repository, long wanted, UniEmitter<? super Void> emitter) {
      this.repository = repository;
      this.wanted = wanted;
      this.emitter = emitter;
    }
  }

  long position() {
    return position;
  }

  Map<String, Stop> stops() {
    return stops;
  }

  /** Whether anybody waits. */
  boolean awaited() {
    lock.lock();
    try {
      return !waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** It includes the log up to this position, without what lies behind the stops. */
  void moved(long to, Map<String, Stop> now) {
    List<Waiting> due = new ArrayList<>();
    lock.lock();
    try {
      position = Math.max(position, to);
      stops = Map.copyOf(now);
      waiting.removeIf(
          one -> (includes(one.repository, one.wanted) || parked(one) != null) && due.add(one));
    } finally {
      lock.unlock();
    }
    due.forEach(this::answer);
  }

  /**
   * Completes when what the repository has up to this position is included.
   *
   * @param repository null: whatever repository, stops do not count
   * @param wakes what makes the projection go on, called if there is something to wait for
   * @return fails with {@link BehindException} if it is parked before that, or takes too long
   */
  Uni<Void> await(String repository, long wanted, Duration atMost, Runnable wakes) {
    if (includes(repository, wanted)) {
      return Uni.createFrom().voidItem();
    }
    return Uni.createFrom()
        .<Void>emitter(emitter -> register(new Waiting(repository, wanted, emitter), wakes))
        .ifNoItem()
        .after(atMost)
        .failWith(() -> new BehindException(late(repository, wanted)));
  }

  private void register(Waiting one, Runnable wakes) {
    one.emitter.onTermination(() -> remove(one));
    boolean due;
    lock.lock();
    try {
      due = includes(one.repository, one.wanted) || parked(one) != null;
      if (!due) {
        waiting.add(one);
      }
    } finally {
      lock.unlock();
    }
    if (due) {
      answer(one);
    } else {
      wakes.run();
    }
  }

  private void answer(Waiting one) {
    Stop parked = parked(one);
    if (parked == null) {
      one.emitter.complete(null);
    } else {
      one.emitter.fail(
          new BehindException(
              "The read model '%s' is parked before position %d of repository '%s': %s; remove the cause, then retry or skip it under /admin/projections"
                  .formatted(projection, parked.position(), parked.repository(), parked.error())));
    }
  }

  private String late(String repository, long wanted) {
    Stop stop = repository == null ? null : stops.get(repository);
    return stop == null
        ? "Position %d is not there yet; the read model '%s' stands at %d"
            .formatted(wanted, projection, position)
        : "The read model '%s' waits before position %d of repository '%s': %s"
            .formatted(projection, stop.position(), repository, stop.error());
  }

  private boolean includes(String repository, long wanted) {
    Stop stop = repository == null ? null : stops.get(repository);
    return position >= wanted && (stop == null || stop.position() > wanted);
  }

  private Stop parked(Waiting one) {
    Stop stop = one.repository == null ? null : stops.get(one.repository);
    boolean before =
        stop != null && stop.state() == Stop.State.PARKED && stop.position() <= one.wanted;
    return before ? stop : null;
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
