package dev.epoch.gateway.stream;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.command.Command;
import dev.epoch.log.EventLog;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.NotOwnerException;
import dev.epoch.log.StoredRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * A repository in this process: its state, and the one thread that decides about it.
 *
 * <pre>
 *   requests --> queue --> decider thread: decide each against the state as it will be,
 *                          append all decisions at once (group commit), then publish the state and answer
 * </pre>
 *
 * The published state holds only what is durable. Methods block; call them on virtual threads.
 */
public final class LiveRepository implements AutoCloseable {
  private static final int MAX_BATCH = 64;
  private static final int MAX_WAITING = 10_000;
  private static final int NAME_LOCKS = 256;

  /** How often the log is asked for what may be stored though nobody was told. */
  private static final Duration DOUBT_INTERVAL = Duration.ofSeconds(1);

  private final RepositoryStream stream;
  private final LateAppendListener lateAppends;
  private final BlockingQueue<Request> queue = new LinkedBlockingQueue<>(MAX_WAITING);
  private final Map<String, ReentrantLock> branchLocks = new ConcurrentHashMap<>();
  private final List<ReentrantLock> nameLocks =
      Stream.generate(() -> new ReentrantLock(true)).limit(NAME_LOCKS).toList();
  private final CleanupGuard retention = new CleanupGuard();
  private final Thread decider;
  private final AtomicReference<RepositoryStream.StateAtVersion> standing;
  private volatile Standing owned;
  private volatile boolean closed;

  /**
   * What this process may do here.
   *
   * @param fence of its ownership; {@link EventLog#UNOWNED} if it has none
   * @param decides whether commands are decided; if not, only what recovery has to record
   * @param confirm fails if the log has another owner
   */
  private record Standing(long fence, boolean decides, Runnable confirm) {
    static final Standing ALONE = new Standing(EventLog.UNOWNED, true, () -> {});
    static final Standing FOLLOWS = new Standing(EventLog.UNOWNED, false, () -> {});
  }

  /**
   * OperationPlans of appends without an answer, and the versions of the stream that these
   * expected. Of the decider's thread.
   */
  private final Map<UUID, Long> doubtful = new HashMap<>();

  /** Who goes on with operations that the log has, and nobody was told of. */
  @FunctionalInterface
  public interface LateAppendListener {
    /** Returns at once. */
    void onFound(LiveRepository repository, OperationState operation);
  }

  /** A decision asked for. */
  sealed interface Request {
    Caller caller();

    CompletableFuture<StepResult> answer();
  }

  record CommandRequest(Command command, Caller caller, CompletableFuture<StepResult> answer)
      implements Request {}

  record ContinuationRequest(
      Continuation continuation, Caller caller, CompletableFuture<StepResult> answer, String key)
      implements Request {}

  /** No decision: the state is to have what the log has. */
  record CatchUp(Caller caller, CompletableFuture<StepResult> answer) implements Request {}

  /** Of a log that no other process writes to. */
  public LiveRepository(RepositoryStream stream, LateAppendListener lateAppends) {
    this(stream, lateAppends, false);
  }

  /**
   * @param shared whether other processes may own it: it follows the log until {@link #own}
   */
  LiveRepository(RepositoryStream stream, LateAppendListener lateAppends, boolean shared) {
    this.stream = stream;
    this.owned = shared ? Standing.FOLLOWS : Standing.ALONE;
    this.lateAppends = lateAppends;
    this.standing = new AtomicReference<>(stream.load());
    this.decider = Thread.ofVirtual().name("decider-" + name()).start(this::decide);
  }

  public String name() {
    return standing.get().state().name();
  }

  /** Its stream in the log. */
  public String stream() {
    return RepositoryStream.name(name());
  }

  /** What is durable now; a consistent view that never changes. */
  public RepositoryState state() {
    RepositoryStream.StateAtVersion now = standing.get();
    RepositoryState unexpired = stream.unexpired(now.state());
    if (unexpired != now.state()) {
      standing.compareAndSet(now, new RepositoryStream.StateAtVersion(unexpired, now.position()));
    }
    return unexpired;
  }

  /** Position in the log of the last record that the state includes, 0 if there is none. */
  public long position() {
    return standing.get().position();
  }

  /** Whether this process decides about it now, as far as it knows. */
  public boolean decides() {
    return owned.decides();
  }

  /** Of this process's ownership; {@link EventLog#UNOWNED} if it has none. */
  long fence() {
    return owned.decides() ? owned.fence() : EventLog.UNOWNED;
  }

  /**
   * Nobody else appends to it any more. Operations may be settled from now on; commands wait for
   * {@link #decideFrom}.
   *
   * @param confirm fails if the log has another owner
   */
  void own(long fence, Runnable confirm) {
    if (owned.fence() != fence) {
      owned = new Standing(fence, false, confirm);
    }
  }

  /** Everything of former owners is settled, or being settled. */
  void decideFrom(long fence) {
    Standing now = owned;
    if (now.fence() == fence) {
      owned = new Standing(fence, true, now.confirm());
    }
  }

  /** Another process is the owner, or nobody is. */
  void follow() {
    if (owned != Standing.ALONE && owned != Standing.FOLLOWS) {
      owned = Standing.FOLLOWS;
    }
  }

  /**
   * Fails if this process is not the owner, as the log says now. Before anything is undone in a
   * database: who was paused for long may be the only one who does not know.
   *
   * @return fence of the ownership; {@link EventLog#UNOWNED} where nobody else can be the owner
   * @throws LogUnavailableException also if the log cannot be asked
   */
  public long confirmOwner() {
    Standing now = owned;
    if (now == Standing.FOLLOWS) {
      throw notOwner();
    }
    now.confirm().run();
    return now.fence();
  }

  private NotOwnerException notOwner() {
    return new NotOwnerException(stream(), EventLog.UNOWNED, EventLog.UNOWNED);
  }

  /** Waits until the state has what the log has. */
  void catchUp() {
    ask(new CatchUp(null, new CompletableFuture<>()));
  }

  /**
   * The log has a record; of interest if another process appended it. On any thread but events'.
   */
  void observe(StoredRecord record) {
    Standing now = owned;
    if (now.fence() == EventLog.UNOWNED && record.version() > standing.get().state().version()) {
      if (record.version() == standing.get().state().version() + 1) {
        advance(stream.follow(standing.get(), record));
      } else {
        advance(stream.catchUp(standing.get()));
      }
    }
  }

  /** A state is what the log says up to its version: the later one is right. */
  private void advance(RepositoryStream.StateAtVersion now) {
    standing.accumulateAndGet(
        now,
        (before, after) -> after.state().version() >= before.state().version() ? after : before);
  }

  /** Decides a command and stores the decision. */
  public StepResult step(Command command, Caller caller) {
    if (!owned.decides()) {
      throw notOwner();
    }
    return notBusyWithItself(
        ask(new CommandRequest(command, caller, new CompletableFuture<>())), caller);
  }

  /**
   * Decides a later step of a command and stores the decision.
   *
   * @param outcomeKey under which the outcome is remembered, see {@link Caller#key}; null for none
   */
  public StepResult step(Continuation continuation, Caller caller, String outcomeKey) {
    return notBusyWithItself(
        ask(new ContinuationRequest(continuation, caller, new CompletableFuture<>(), outcomeKey)),
        caller);
  }

  /**
   * @throws InDoubtException if the branch is busy with an operation of the same request: that is
   *     not refused, its outcome is not known yet
   */
  private static StepResult notBusyWithItself(StepResult step, Caller caller) {
    step.rejection()
        .filter(rejection -> rejection.code() == Rejection.Code.BRANCH_BUSY)
        .flatMap(rejection -> caller.operation(step.state()))
        .ifPresent(own -> {
          throw new InDoubtException(own, new RefusedException(step.rejection().orElseThrow()));
        });
    return step;
  }

  /** One operation at a time on a branch: later ones wait their turn. */
  public ReentrantLock branchLock(String branchId) {
    return branchLocks.computeIfAbsent(branchId, id -> new ReentrantLock(true));
  }

  /**
   * What to lock, in this order, to give or take names: one command does so at a time and tells the
   * databases before the next, so that they hear of it in the order of the log. Locked before a
   * {@link #branchLock}, never within one.
   */
  public List<ReentrantLock> nameLocks(String... names) {
    return Arrays.stream(names)
        .map(name -> Math.floorMod(name.hashCode(), NAME_LOCKS))
        .distinct()
        .sorted()
        .map(nameLocks::get)
        .toList();
  }

  /**
   * Waits until the databases have heard of the command that gave this name, which is seen from its
   * append on. Not within a {@link #branchLock}.
   */
  public void awaitRegistered(String name) {
    for (ReentrantLock lock : nameLocks(name)) {
      lock.lock();
      lock.unlock();
    }
  }

  /** Who works with rows that others may drop. */
  public CleanupGuard retention() {
    return retention;
  }

  /** How many requests wait for the decider. */
  public int waiting() {
    return queue.size();
  }

  private StepResult ask(Request request) {
    if (closed || !queue.offer(request) || (closed && queue.remove(request))) {
      throw new LogUnavailableException(
          "Too many commands are waiting, or the server is stopping", null);
    }
    try {
      return request.answer().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private void decide() {
    List<Request> batch = new ArrayList<>();
    while (!closed) {
      batch.clear();
      try {
        Request first =
            doubtful.isEmpty()
                ? queue.take()
                : queue.poll(DOUBT_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        if (first == null) {
          reload();
          continue;
        }
        batch.add(first);
      } catch (InterruptedException e) {
        break;
      }
      queue.drainTo(batch, MAX_BATCH - 1);
      try {
        catchUpIfAsked(batch);
        stream.decideAndAppend(standing.get(), owned.fence(), batch, this::reached, this::doubt);
      } catch (NotOwnerException replaced) {
        follow();
        batch.forEach(request -> request.answer().completeExceptionally(replaced));
        reload();
      } catch (RuntimeException | Error e) {
        batch.forEach(request -> request.answer().completeExceptionally(e));
        reload();
      }
    }
    Request left;
    while ((left = queue.poll()) != null) {
      left.answer()
          .completeExceptionally(new LogUnavailableException("The server is stopping", null));
    }
  }

  private void catchUpIfAsked(List<Request> batch) {
    for (Request request : List.copyOf(batch)) {
      if (request instanceof CatchUp asked) {
        reached(stream.catchUp(standing.get()));
        batch.remove(asked);
        asked.answer().complete(null);
      }
    }
  }

  private void reached(RepositoryStream.StateAtVersion now) {
    advance(now);
    findLateAppends();
  }

  /** After a failed append the log alone knows the state. */
  private void reload() {
    try {
      reached(stream.catchUp(standing.get()));
    } catch (RuntimeException unavailable) {
      // the next append fails on its expected version and catches up again
    }
  }

  private void doubt(List<UUID> operations, long expectedVersion) {
    operations.forEach(operation -> doubtful.put(operation, expectedVersion));
  }

  /**
   * Of operations in doubt those that are stored go on. The others may be stored as long as the
   * stream has the version that their append expected, since the database may still be at it; once
   * it has another without them they never will be.
   */
  private void findLateAppends() {
    RepositoryState now = standing.get().state();
    doubtful
        .entrySet()
        .removeIf(doubt -> {
          OperationState stored = now.operations().get(doubt.getKey());
          if (stored != null) {
            lateAppends.onFound(this, stored);
          }
          return stored != null || now.version() > doubt.getValue();
        });
  }

  @Override
  public void close() {
    closed = true;
    decider.interrupt();
  }

  /**
   * After {@link #close}: saves a snapshot, so that the next start need not replay.
   *
   * @return whether the decider had come to its end within this time; nothing is saved otherwise
   */
  boolean saveClosed(Duration patience) throws InterruptedException {
    if (!decider.join(patience)) {
      return false;
    }
    stream.save(standing.get().state());
    return true;
  }
}
