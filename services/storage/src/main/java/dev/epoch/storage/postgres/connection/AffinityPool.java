package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.error.BusyException;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Connections for short transactions of virtual threads, opened when they are needed.
 *
 * <p>Unlike those of the client's pool they are taken and given back without a task on an event
 * loop, and belong to no caller's context: answers arrive on the thread that reads them. And
 * whoever comes gets one that has worked on the same before: plans are made per connection, for
 * each table and branch, and again whenever the server looks after one of their tables. Planning
 * costs more than the work of a small transaction.
 */
public final class AffinityPool implements AutoCloseable {
  /** The key of work whose plans cost little: any connection will do. */
  public static final String ANY = "";

  /** How long one that knows the work is waited for while others are free. */
  private static final long PATIENCE_MILLIS = 50;

  /** Of which a connection is believed to have plans. */
  private static final int MOST_KEYS = 100;

  private final Connecting connecting;
  private final PgConnectOptions options;
  private final long limitMillis;
  private final long idleNanos;
  private final OptionalLong cleaner;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Place> places = new ArrayList<>();

  /** The one that was given back last is the last. */
  private final SequencedSet<Place> free = new LinkedHashSet<>();

  private final SequencedSet<Waiter> waiting = new LinkedHashSet<>();
  private boolean closed;

  /** A connection that nobody else uses until it is given back. */
  static final class Lent {
    private final Place place;
    private final PgConnection connection;

    private Lent(Place place, PgConnection connection) {
      this.place = place;
      this.connection = connection;
    }

    PgConnection connection() {
      return connection;
    }
  }

  /** Has a connection, or will have one when it is lent next. Guarded by the lock. */
  private static final class Place {
    private final Map<String, Boolean> known =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST_KEYS;
          }
        };
    private PgConnection connection;
    private long freeSince;

    private void know(String key) {
      if (!key.equals(ANY)) {
        known.put(key, true);
      }
    }

    /** The less the better a place is for this work. */
    private int cost(String key) {
      return key.equals(ANY) || known.containsKey(key) ? -1 : known.size();
    }
  }

  private static final class Waiter {
    private final String key;
    private final CompletableFuture<Place> answer = new CompletableFuture<>();
    private boolean impatient;

    Waiter(String key) {
      this.key = key;
    }
  }

  /**
   * @param limits how many there are at most, how long callers wait for one, and how long one stays
   *     that nobody uses
   */
  AffinityPool(Connecting connecting, PgConnectOptions options, PoolOptions limits) {
    this.connecting = connecting;
    this.options = options;
    this.limitMillis = limits.getConnectionTimeoutUnit().toMillis(limits.getConnectionTimeout());
    for (int i = 0; i < limits.getMaxSize(); i++) {
      places.add(new Place());
    }
    free.addAll(places);
    this.idleNanos = limits.getIdleTimeoutUnit().toNanos(limits.getIdleTimeout());
    this.cleaner =
        idleNanos == 0
            ? OptionalLong.empty()
            : OptionalLong.of(
                connecting.vertx().setPeriodic(limits.getPoolCleanerPeriod(), _ -> closeIdle()));
  }

  /** Never waits for the lock: it runs on an event loop, and again soon. */
  private void closeIdle() {
    if (!lock.tryLock()) {
      return;
    }
    List<PgConnection> idle = new ArrayList<>();
    try {
      long now = System.nanoTime();
      for (Place place : free) {
        if (place.connection != null && now - place.freeSince > idleNanos) {
          idle.add(place.connection);
          place.connection = null;
          place.known.clear();
        }
      }
    } finally {
      lock.unlock();
    }
    idle.forEach(connection -> connection.close().subscribe().with(_ -> {}, _ -> {}));
  }

  /**
   * A connection, which may be dead already.
   *
   * @param key what the work is about: the same statements have the same key; or {@link #ANY}
   * @throws BusyException if all are in use for too long
   */
  Lent take(String key) {
    Place place = place(key);
    try {
      PgConnection open = locked(() -> place.connection);
      return new Lent(place, open == null ? connect(place) : open);
    } catch (RuntimeException e) {
      giveBack(place);
      throw e;
    }
  }

  /** Gives back what was taken, without an open transaction. */
  void giveBack(Lent lent) {
    giveBack(lent.place);
  }

  /** Ends the connection that was taken, whatever state it is in. */
  void discard(Lent lent) {
    forget(lent.place, lent.connection);
    Await.quietly(lent.connection.close());
    giveBack(lent.place);
  }

  private void giveBack(Place place) {
    lock.lock();
    try {
      for (Waiter waiter : waiting) {
        if (waiter.impatient || suits(place, waiter.key)) {
          waiting.remove(waiter);
          place.know(waiter.key);
          waiter.answer.complete(place);
          return;
        }
      }
      place.freeSince = System.nanoTime();
      free.addLast(place);
    } finally {
      lock.unlock();
    }
  }

  private Place place(String key) {
    Waiter waiter = new Waiter(key);
    lock.lock();
    try {
      Optional<Place> suiting =
          free.reversed().stream()
              .filter(place -> suits(place, key))
              .min(Comparator.comparing(place -> place.cost(key)));
      if (suiting.isPresent()) {
        return lent(suiting.get(), key);
      }
      waiting.add(waiter);
    } finally {
      lock.unlock();
    }
    return awaited(waiter, PATIENCE_MILLIS)
        .or(() -> anyPlace(waiter))
        .or(() -> awaited(waiter, limitMillis))
        .or(() -> givenUp(waiter))
        .orElseThrow(() ->
            new BusyException(
                "All connections of the pool are in use", "Try again, or raise pool_size"));
  }

  /** One that has plans for it, or any if none has. */
  private boolean suits(Place place, String key) {
    return key.equals(ANY)
        || place.known.containsKey(key)
        || places.stream().noneMatch(other -> other.known.containsKey(key));
  }

  private Place lent(Place place, String key) {
    free.remove(place);
    place.know(key);
    return place;
  }

  private Optional<Place> anyPlace(Waiter waiter) {
    lock.lock();
    try {
      waiter.impatient = true;
      if (waiter.answer.isDone() || free.isEmpty()) {
        return Optional.ofNullable(waiter.answer.getNow(null));
      }
      waiting.remove(waiter);
      return Optional.of(lent(free.getLast(), waiter.key));
    } finally {
      lock.unlock();
    }
  }

  private Optional<Place> givenUp(Waiter waiter) {
    lock.lock();
    try {
      waiting.remove(waiter);
      return Optional.ofNullable(waiter.answer.getNow(null));
    } finally {
      lock.unlock();
    }
  }

  private static Optional<Place> awaited(Waiter waiter, long millis) {
    try {
      return Optional.of(waiter.answer.get(millis, TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * On a thread of its own: on the caller's, the connection would belong to the caller's context.
   */
  private PgConnection connect(Place place) {
    CompletableFuture<PgConnection> opened = new CompletableFuture<>();
    Thread.startVirtualThread(() ->
        connecting
            .connect(options)
            .subscribe()
            .with(opened::complete, opened::completeExceptionally));
    PgConnection connection;
    try {
      connection = Await.on(opened.copy().orTimeout(limitMillis, TimeUnit.MILLISECONDS));
    } catch (RuntimeException e) {
      opened.thenAccept(late -> late.close().subscribe().with(_ -> {}, _ -> {}));
      throw e.getCause() instanceof TimeoutException ? SqlErrors.unavailable(e.getCause()) : e;
    }
    WholeMessages.of(connection.getDelegate());
    // what the server says outside of a statement comes with its end
    connection.exceptionHandler(_ -> {});
    connection.closeHandler(() -> forget(place, connection));
    boolean late =
        locked(() -> {
          place.connection = connection;
          return closed;
        });
    if (late) {
      Await.quietly(connection.close());
    }
    return connection;
  }

  /** The next one who has the place opens another connection. */
  private void forget(Place place, PgConnection connection) {
    locked(() -> {
      if (place.connection == connection) {
        place.connection = null;
        place.known.clear();
      }
      return null;
    });
  }

  private <T> T locked(Supplier<T> body) {
    lock.lock();
    try {
      return body.get();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    cleaner.ifPresent(timer -> connecting.vertx().cancelTimer(timer));
    List<PgConnection> open =
        locked(() -> {
          closed = true;
          return places.stream()
              .flatMap(place -> Optional.ofNullable(place.connection).stream())
              .toList();
        });
    open.forEach(connection -> Await.quietly(connection.close()));
  }
}
