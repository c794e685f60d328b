package dev.epoch.gateway.branch;

import dev.epoch.engine.processing.ExpiryProcessor;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.BranchExpiry;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.InDoubtException;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.storage.error.StorageException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Deletes branches whose time has come, some grace later: by a command of its own, which is decided
 * as any other. A branch with work that is nowhere else stays, unless it was said that the work
 * goes with it; the default branch and protected ones always do.
 */
public final class BranchExpiryKeeper implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(BranchExpiryKeeper.class.getName());
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  /** After a hook or anything else has refused: each try is in the log of events. */
  private static final Duration AFTER_REFUSAL = Duration.ofMinutes(15);

  private final VersioningServer server;
  private final Clock clock;
  private final Duration grace;
  private final Map<String, Instant> refused = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * @param grace how long a branch is kept after it has expired
   */
  public BranchExpiryKeeper(VersioningServer server, Clock clock, Duration grace) {
    this.server = server;
    this.clock = clock;
    this.grace = grace;
  }

  /** Looks from now on, on a thread of its own. */
  public void start() {
    Thread.ofVirtual()
        .name("branch-expiry")
        .start(() -> {
          while (!closed) {
            look();
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
          }
        });
  }

  /** Looks at each repository once. */
  public void look() {
    for (LiveRepository repository : server.repositories().list()) {
      RepositoryState state = repository.state();
      for (String id : state.branches().expiries().keySet()) {
        if (closed) {
          return;
        }
        BranchState branch = state.branches().byId().get(id);
        if (branch != null && !wasRefused(id)) {
          consider(repository, state, branch);
        }
      }
    }
  }

  private void consider(LiveRepository repository, RepositoryState state, BranchState branch) {
    Instant before = clock.instant().minus(grace);
    BranchExpiry expiry = state.branches().expiries().get(branch.id());
    try {
      if (!expiry.at().isBefore(before)
          || branch.operation() != null
          || ExpiryProcessor.held(state, branch).isPresent()
          || (!expiry.work()
              && !server.workingSets().touched(state, branch, List.of()).isEmpty()
              && !server.workingSets().pending(state, branch).isEmpty())) {
        return;
      }
      server
          .branches()
          .delete(repository, branch.name(), expiry.work(), before, Caller.of(Actor.EXPIRY, null));
      refused.remove(branch.id());
      LOG.info(() -> "Branch " + branch.name() + " of " + repository.name() + " has expired");
    } catch (RefusedException refusal) {
      refused.put(branch.id(), clock.instant());
      LOG.log(Level.WARNING, refusal, () -> kept(repository, branch));
    } catch (StorageException | InDoubtException later) {
      LOG.log(Level.FINE, later, () -> kept(repository, branch));
    } catch (RuntimeException failure) {
      refused.put(branch.id(), clock.instant());
      LOG.log(Level.WARNING, failure, () -> kept(repository, branch));
    }
  }

  private static String kept(LiveRepository repository, BranchState branch) {
    return "Branch " + branch.name() + " of " + repository.name() + " has expired and is kept";
  }

  private boolean wasRefused(String branchId) {
    Instant when = refused.get(branchId);
    return when != null && clock.instant().isBefore(when.plus(AFTER_REFUSAL));
  }

  @Override
  public void close() {
    closed = true;
  }
}
