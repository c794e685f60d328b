package dev.epoch.gateway.commit;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.LiveCommits;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.InDoubtException;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.state.PendingChanges;
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
 * Commits live changes of default branches by itself, where a repository asks for it: so many
 * minutes after the last commit, or when so many rows have changed. An open merge is left alone.
 */
public final class LiveCommitKeeper implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(LiveCommitKeeper.class.getName());
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  /** After a check or hook has refused: each try is in the log. */
  private static final Duration AFTER_REFUSAL = Duration.ofMinutes(5);

  private final VersioningServer server;
  private final Clock clock;
  private final Map<String, Instant> refused = new ConcurrentHashMap<>();
  private volatile boolean closed;

  public LiveCommitKeeper(VersioningServer server, Clock clock) {
    this.server = server;
    this.clock = clock;
  }

  /** Looks from now on, on a thread of its own. */
  public void start() {
    Thread.ofVirtual()
        .name("live-commits")
        .start(() -> {
          while (!closed) {
            look();
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
          }
        });
  }

  /** Looks at each repository once. */
  public void look() {
    for (LiveRepository repository : server.repositories().owned()) {
      if (closed) {
        return;
      }
      try {
        if (isDue(repository.state()) && !wasRefused(repository)) {
          commit(repository);
          refused.remove(repository.name());
        }
      } catch (RefusedException refusal) {
        Code code = refusal.rejection().code();
        if (code == Code.CHECK_FAILED || code == Code.HOOK_VETO) {
          refused.put(repository.name(), clock.instant());
        }
        LOG.log(
            code == Code.NOTHING_TO_COMMIT || code == Code.BRANCH_BUSY ? Level.FINE : Level.WARNING,
            refusal,
            () -> "Live changes of " + repository.name() + " are not committed");
      } catch (StorageException | InDoubtException later) {
        LOG.log(
            Level.FINE,
            later,
            () -> "Live changes of " + repository.name() + " are committed later");
      } catch (RuntimeException failure) {
        LOG.log(
            Level.WARNING,
            failure,
            () -> "Live changes of " + repository.name() + " are not committed");
      }
    }
  }

  private boolean wasRefused(LiveRepository repository) {
    Instant when = refused.get(repository.name());
    return when != null && clock.instant().isBefore(when.plus(AFTER_REFUSAL));
  }

  private boolean isDue(RepositoryState state) {
    LiveCommits policy = state.profile().liveCommits();
    if (!state.exists() || policy.policy().equals("off")) {
      return false;
    }
    BranchState branch = state.defaultBranch();
    if (branch.merge() != null || branch.operation() != null) {
      return false;
    }
    if (policy.policy().equals("interval")) {
      return !state
              .head(branch)
              .time()
              .plus(Duration.ofMinutes(policy.every()))
              .isAfter(clock.instant())
          && !server.workingSets().touched(state, branch, List.of()).isEmpty();
    }
    return !server.workingSets().touched(state, branch, List.of()).isEmpty()
        && server.workingSets().pending(state, branch).values().stream()
                .mapToLong(PendingChanges::total)
                .sum()
            >= policy.every();
  }

  private void commit(LiveRepository repository) {
    server
        .commits()
        .commit(
            repository,
            new CommitService.Request(
                repository.state().defaultBranch().name(),
                "Live changes",
                Actor.LIVE,
                List.of(),
                true,
                null),
            Caller.of(Actor.LIVE, null));
  }

  @Override
  public void close() {
    closed = true;
  }
}
