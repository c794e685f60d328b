package dev.epoch.projections;

import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Brings one projection up to its checkpoint with the repositories that it stopped at, each on a
 * thread of its own, in the order of the log.
 *
 * <pre>
 *   waiting, or resumed by an operator
 *     read a page of the log from the stop on --> apply what is of the repository --> move the stop behind it
 *       nothing is left below the checkpoint --> the stop is gone: the projection's runner goes on with the repository
 *       an event fails                       --> parked or waiting before it
 * </pre>
 */
final class StopRunner implements AutoCloseable {
  private static final int PAGE = 500;
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final System.Logger LOG = System.getLogger(StopRunner.class.getName());

  private final Projector projector;
  private final EventLog log;
  private final Pool pool;
  private final EventDecoder decoder;
  private final Map<String, Thread> running = new ConcurrentHashMap<>();

  /** When those that wait were tried last, in nanoseconds. */
  private final Map<String, Long> tried = new ConcurrentHashMap<>();

  private volatile boolean closed;

  private final Runnable onEnd;

  /**
   * @param onEnd called when a repository was worked on, for its stop may be gone
   */
  StopRunner(Projector projector, EventLog log, Pool pool, EventDecoder decoder, Runnable onEnd) {
    this.projector = projector;
    this.log = log;
    this.pool = pool;
    this.decoder = decoder;
    this.onEnd = onEnd;
  }

  /** Goes on where that may be done; returns at once. */
  void run(Checkpoint checkpoint) {
    tried.keySet().retainAll(checkpoint.stops().keySet());
    for (Stop stop : checkpoint.stops().values()) {
      boolean due =
          switch (stop.state()) {
            case PARKED -> false;
            case RESUMED -> true;
            case WAITING -> isDue(stop.repository());
          };
      if (due && !closed) {
        running.computeIfAbsent(
            stop.repository(),
            repository ->
                Thread.ofVirtual()
                    .name("projection-" + projector.name() + "-" + repository)
                    .start(() -> goOn(repository)));
      }
    }
  }

  private boolean isDue(String repository) {
    Long last = tried.get(repository);
    return last == null || System.nanoTime() - last >= RETRY.toNanos();
  }

  private void goOn(String repository) {
    try {
      boolean more = true;
      while (more && !closed) {
        more =
            projector instanceof EffectProjector effects
                ? effects(effects, repository)
                : tables((TableProjector) projector, repository);
      }
    } catch (RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Projection " + projector.name() + " will try again with repository " + repository,
          e);
    } finally {
      tried.put(repository, System.nanoTime());
      running.remove(repository);
      onEnd.run();
    }
  }

  /** The records from the stop up to the checkpoint, without a gap, at most a page. */
  private Uni<List<StoredRecord>> records(Stop stop, long position) {
    return log.read(EventLog.ALL, stop.position() - 1)
        .select()
        .first(PAGE)
        .select()
        .first(stored -> stored.position() <= position)
        .collect()
        .asList()
        .invoke(page -> ProjectionRunner.requireNext(stop.position() - 1, page));
  }

  private static boolean isOf(String repository, StoredRecord stored) {
    return EventDecoder.repository(stored).filter(repository::equals).isPresent();
  }

  private Optional<Stop> current(Checkpoint checkpoint, String repository) {
    return Optional.ofNullable(checkpoint.stops().get(repository))
        .filter(stop -> stop.state() != Stop.State.PARKED);
  }

  /** Applies a page of effects; whether there may be more. */
  private boolean effects(EffectProjector effects, String repository) {
    Checkpoint checkpoint = Checkpoints.one(pool, projector.name()).await().indefinitely();
    Optional<Stop> stop = current(checkpoint, repository);
    if (stop.isEmpty()) {
      return false;
    }
    if (stop.get().position() > checkpoint.position()) {
      return !finished(stop.get());
    }
    List<StoredRecord> page = records(stop.get(), checkpoint.position()).await().indefinitely();
    if (page.isEmpty()) {
      return false;
    }
    Stop next = stop.get().resumedAt(page.getLast().position() + 1);
    for (StoredRecord stored : page) {
      if (isOf(repository, stored)) {
        Optional<Stop> failed =
            failureOf(() -> decoder.decode(stored).ifPresent(effects::apply), stored);
        if (failed.isPresent()) {
          next = failed.get().since(stop.get());
          break;
        }
      }
    }
    return !closed
        && !next.equals(stop.get())
        && replace(stop.get(), next)
        && next.state() == Stop.State.RESUMED;
  }

  /** Where an effect cannot go on, or nothing. */
  static Optional<Stop> failureOf(Runnable effect, StoredRecord stored) {
    String repository = EventDecoder.repository(stored).orElse(null);
    try {
      effect.run();
      return Optional.empty();
    } catch (NotNowException later) {
      return Optional.of(Stop.at(repository, Stop.State.WAITING, stored.position(), later));
    } catch (RuntimeException failure) {
      return Optional.of(Stop.at(repository, Stop.State.PARKED, stored.position(), failure));
    }
  }

  private boolean replace(Stop seen, Stop next) {
    boolean replaced =
        Checkpoints.changeStops(
                pool,
                projector.name(),
                checkpoint -> {
                  Map<String, Stop> stops = new HashMap<>(checkpoint.stops());
                  return stops.replace(seen.repository(), seen, next) ? stops : null;
                })
            .await()
            .indefinitely();
    if (replaced && next.state() != Stop.State.RESUMED) {
      log(projector, next);
    }
    return replaced;
  }

  static void log(Projector projector, Stop stop) {
    boolean parked = stop.state() == Stop.State.PARKED;
    LOG.log(
        parked ? System.Logger.Level.ERROR : System.Logger.Level.WARNING,
        "Projection {0} {1} before position {2} with repository {3}: {4}",
        projector.name(),
        parked ? "is parked" : "waits",
        Long.toString(stop.position()),
        stop.repository(),
        stop.error());
  }

  /** Takes the stop away if nothing is left: under the lock, the checkpoint stands still. */
  private boolean finished(Stop stop) {
    return pool.withTransaction(transaction ->
            Checkpoints.lock(transaction, List.of(projector.name()))
                .map(List::getFirst)
                .chain(checkpoint ->
                    stop.equals(checkpoint.stops().get(stop.repository()))
                            && stop.position() > checkpoint.position()
                        ? without(transaction, checkpoint, stop)
                        : Uni.createFrom().item(false)))
        .await()
        .indefinitely();
  }

  private Uni<Boolean> without(SqlConnection transaction, Checkpoint checkpoint, Stop stop) {
    Map<String, Stop> stops = new HashMap<>(checkpoint.stops());
    stops.remove(stop.repository());
    return Checkpoints.save(transaction, projector.name(), checkpoint.position(), stops)
        .replaceWith(true);
  }

  /** Applies a page to the tables, event by event if it fails; whether there may be more. */
  private boolean tables(TableProjector tables, String repository) {
    try {
      return move(tables, repository, false).await().indefinitely();
    } catch (RuntimeException page) {
      if (PassingFailures.passing(page)) {
        throw page;
      }
    }
    Checkpoint checkpoint = Checkpoints.one(pool, projector.name()).await().indefinitely();
    Optional<Stop> stop = current(checkpoint, repository);
    if (stop.isEmpty()) {
      return false;
    }
    List<StoredRecord> page = records(stop.get(), checkpoint.position()).await().indefinitely();
    Optional<StoredRecord> first =
        page.stream().filter(stored -> isOf(repository, stored)).findFirst();
    try {
      return move(tables, repository, true).await().indefinitely();
    } catch (RuntimeException failure) {
      if (PassingFailures.passing(failure)
          || failure instanceof OutOfOrderException
          || first.isEmpty()) {
        throw failure;
      }
      replace(
          stop.get(),
          Stop.at(repository, Stop.State.PARKED, first.get().position(), failure)
              .since(stop.get()));
      return false;
    }
  }

  /**
   * Data and stop together.
   *
   * @param one whether only the first event, not a page
   */
  private Uni<Boolean> move(TableProjector tables, String repository, boolean one) {
    return pool.withTransaction(transaction ->
        Checkpoints.lock(transaction, List.of(projector.name()))
            .map(List::getFirst)
            .chain(checkpoint -> {
              Optional<Stop> stop = current(checkpoint, repository);
              if (stop.isEmpty()) {
                return Uni.createFrom().item(false);
              }
              if (stop.get().position() > checkpoint.position()) {
                return without(transaction, checkpoint, stop.get()).replaceWith(false);
              }
              return records(stop.get(), checkpoint.position())
                  .map(page -> one ? throughFirst(repository, page) : page)
                  .chain(page -> move(transaction, tables, checkpoint, stop.get(), page));
            }));
  }

  private static List<StoredRecord> throughFirst(String repository, List<StoredRecord> page) {
    for (int i = 0; i < page.size(); i++) {
      if (isOf(repository, page.get(i))) {
        return page.subList(0, i + 1);
      }
    }
    return page;
  }

  private Uni<Boolean> move(
      SqlConnection transaction,
      TableProjector tables,
      Checkpoint checkpoint,
      Stop stop,
      List<StoredRecord> page) {
    if (page.isEmpty()) {
      return Uni.createFrom().item(false);
    }
    long last = page.getLast().position();
    List<StoredRecord> own =
        page.stream().filter(stored -> isOf(stop.repository(), stored)).toList();
    return apply(transaction, tables, own)
        .chain(() -> {
          if (last == checkpoint.position()) {
            return without(transaction, checkpoint, stop).replaceWith(false);
          }
          Map<String, Stop> stops = new HashMap<>(checkpoint.stops());
          stops.put(stop.repository(), stop.resumedAt(last + 1));
          return Checkpoints.save(transaction, projector.name(), checkpoint.position(), stops)
              .replaceWith(true);
        });
  }

  private Uni<Void> apply(
      SqlConnection transaction, TableProjector tables, List<StoredRecord> page) {
    return ReadTables.inSchema(transaction, ReadTables.LIVE)
        .chain(() ->
            ReadTables.inOrder(
                page.stream()
                    .flatMap(stored -> decoder.decode(stored).stream())
                    .map(event -> tables.apply(transaction, event))));
  }

  @Override
  public void close() {
    closed = true;
    running.values().forEach(Thread::interrupt);
  }
}
