package dev.epoch.gateway.stream;

import dev.epoch.log.EventLog;
import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.NotOwnerException;
import dev.epoch.log.Owner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Which repositories this server owns. The owner alone decides, works with the databases of a
 * repository, and settles what was left open; all others follow the log.
 *
 * <pre>
 *   five times in a lease:  renew --> lost:  stop deciding, follow
 *                                 --> free:  acquire --> catch up --> settle what is open --> decide
 * </pre>
 */
public final class Ownership implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Ownership.class.getName());
  private static final int BEATS = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Membership membership;
  private final Duration beat;
  private final Repositories repositories;
  private final Consumer<LiveRepository> settle;
  private final Consumer<LiveRepository> onTakenOver;
  private final Semaphore woken = new Semaphore(0);

  /** Who is being made ready to decide, by stream and with the fence. */
  private final Map<String, Long> opening = new ConcurrentHashMap<>();

  /**
   * Held from asking who owns what until that is what this server goes by: what was so before must
   * not be taken for what is so now.
   */
  private final ReentrantLock asking = new ReentrantLock();

  private volatile Map<String, Owner> owners = Map.of();
  private volatile String failure;
  private volatile boolean closed;

  /**
   * @param settle what a repository needs done before it decides; may fail
   * @param onTakenOver what is done, besides, with one that another server had until now
   */
  public Ownership(
      EventLog log,
      Member self,
      Duration lease,
      Repositories repositories,
      Consumer<LiveRepository> settle,
      Consumer<LiveRepository> onTakenOver) {
    this.membership = log.join(self, lease);
    this.beat = lease.dividedBy(BEATS);
    this.repositories = repositories;
    this.settle = settle;
    this.onTakenOver = onTakenOver;
    repositories.share(this);
  }

  public Member self() {
    return membership.self();
  }

  /** Who owns which repository, as far as this server has heard, by repository. */
  public Map<String, Owner> owners() {
    Map<String, Owner> named = new HashMap<>();
    owners.forEach((stream, owner) ->
        RepositoryStream.repository(stream).ifPresent(name -> named.put(name, owner)));
    return named;
  }

  /** The other server that owns the repository, as far as this one has heard. */
  public Optional<Owner> other(String repository) {
    return Optional.ofNullable(owners.get(RepositoryStream.name(repository)))
        .filter(owner -> !isSelf(owner));
  }

  private boolean isSelf(Owner owner) {
    return owner.member().id().equals(self().id());
  }

  /**
   * Why the log did not let this server say that it is alive, the last time that it did: each time
   * is a write, so that nothing else can be written either. Empty if it did.
   */
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** Joins the others, beside whatever comes next. */
  public void join() {
    membership.renew().subscribe().with(_ -> {}, _ -> {});
  }

  /**
   * Takes what nobody has, loads all, settles what it took, and goes on to do so. Waits for that.
   *
   * @param streams of the log
   */
  public void start(List<String> streams) {
    List<String> ofRepositories =
        streams.stream().filter(s -> RepositoryStream.repository(s).isPresent()).toList();
    acquire(ofRepositories);
    // what is loaded now has all that former owners appended
    repositories.load(ofRepositories);
    owners.values().stream().filter(this::isSelf).forEach(this::openLoaded);
    Thread.ofVirtual().name("ownership").start(this::run);
  }

  /** Looks at once who is there, because something went wrong with an owner. */
  public void lookAgain() {
    woken.release();
  }

  /**
   * Takes a repository that nobody has, and makes it ready to decide.
   *
   * @return its owner now, this server or another
   */
  Owner acquire(String repository) {
    String stream = RepositoryStream.name(repository);
    Owner owner;
    asking.lock();
    try {
      owner = acquire(List.of(stream)).get(stream);
    } finally {
      asking.unlock();
    }
    if (owner == null) {
      throw new NotOwnerException(stream, EventLog.UNOWNED, EventLog.UNOWNED);
    }
    if (isSelf(owner)) {
      open(owner);
    }
    return owner;
  }

  /**
   * Asks the log whether this server still owns a repository, and will for some time.
   *
   * @throws dev.epoch.log.LogUnavailableException if it does not, or cannot be asked
   */
  void confirm(String repository, long fence) {
    String stream = RepositoryStream.name(repository);
    Owner owner = membership.renew().await().atMost(PATIENCE).get(stream);
    long now = owner == null || !isSelf(owner) ? EventLog.UNOWNED : owner.fence();
    if (now != fence) {
      lookAgain();
      throw new NotOwnerException(stream, fence, owner == null ? fence : owner.fence());
    }
  }

  /** Who owns these now; this server goes by that from now on. */
  private Map<String, Owner> acquire(Collection<String> streams) {
    Map<String, Owner> acquired = membership.acquire(streams).await().atMost(PATIENCE);
    Map<String, Owner> heard = new HashMap<>(owners);
    heard.putAll(acquired);
    owners = Map.copyOf(heard);
    return acquired;
  }

  private void run() {
    while (!closed) {
      try {
        woken.tryAcquire(beat.toNanos(), TimeUnit.NANOSECONDS);
        woken.drainPermits();
        if (!closed) {
          beat();
          failure = null;
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException away) {
        failure = String.valueOf(away.getMessage());
        LOG.log(closed ? Level.FINE : Level.WARNING, "Owners of repositories are not known", away);
      }
    }
  }

  private void beat() {
    asking.lock();
    try {
      renew();
    } finally {
      asking.unlock();
    }
  }

  private void renew() {
    Map<String, Owner> now = membership.renew().await().atMost(PATIENCE);
    if (now != owners) {
      owners = now;
    }
    List<String> free = new ArrayList<>();
    for (LiveRepository repository : repositories.all()) {
      Owner owner = now.get(repository.stream());
      if (owner == null) {
        repository.follow();
        free.add(repository.stream());
      } else if (!isSelf(owner)) {
        repository.follow();
      } else if (repository.fence() != owner.fence()) {
        openLater(owner);
      }
    }
    if (!free.isEmpty()) {
      acquire(free).values().stream().filter(this::isSelf).forEach(this::openLater);
    }
  }

  private void openLater(Owner owner) {
    if (opening.putIfAbsent(owner.stream(), owner.fence()) == null) {
      Thread.ofVirtual()
          .name("takes over " + owner.stream())
          .start(() -> {
            try {
              openTakenOver(owner);
            } catch (RuntimeException later) {
              // the next beat finds that it does not decide yet
              LOG.log(Level.WARNING, later, () -> owner.stream() + " is opened again");
            } finally {
              opening.remove(owner.stream());
            }
          });
    }
  }

  private void openTakenOver(Owner owner) {
    long begin = System.nanoTime();
    LiveRepository repository = open(owner);
    LOG.info(() ->
        "Repository %s is owned here now (fence %d), after %d ms"
            .formatted(repository.name(), owner.fence(), (System.nanoTime() - begin) / 1_000_000));
    onTakenOver.accept(repository);
  }

  private LiveRepository open(Owner owner) {
    LiveRepository repository = repositories.live(name(owner));
    repository.own(owner.fence(), () -> confirm(name(owner), owner.fence()));
    repository.catchUp();
    settle(repository, owner);
    return repository;
  }

  private void openLoaded(Owner owner) {
    LiveRepository repository = repositories.live(name(owner));
    repository.own(owner.fence(), () -> confirm(name(owner), owner.fence()));
    settle(repository, owner);
  }

  private void settle(LiveRepository repository, Owner owner) {
    settle.accept(repository);
    repository.decideFrom(owner.fence());
  }

  private static String name(Owner owner) {
    return RepositoryStream.repository(owner.stream()).orElseThrow();
  }

  /** Gives everything up, so that others need not wait. */
  @Override
  public void close() {
    closed = true;
    woken.release();
    repositories.all().forEach(LiveRepository::follow);
    try {
      membership.leave().await().atMost(PATIENCE);
    } catch (RuntimeException away) {
      LOG.log(Level.FINE, "Others find out by themselves that this server is gone", away);
    }
  }
}
