package dev.epoch.gateway.surface;

import dev.epoch.engine.state.StorageState;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.storage.StorageAdapter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Serves the sessions of the users' databases: takes the commands that they send, and lets them see
 * repositories. Each database has a thread of its own, so that one that hangs holds no other.
 */
public final class SessionServer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SessionServer.class.getName());
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final VersioningServer server;
  private final Failpoints failpoints;
  private final Map<StorageAdapter, DatabaseSessions> databases = new HashMap<>();
  private volatile boolean closed;

  public SessionServer(VersioningServer server, Failpoints failpoints) {
    this.server = server;
    this.failpoints = failpoints;
  }

  /** Serves from now on. */
  public void start() {
    Thread.ofVirtual()
        .name("sessions")
        .start(() -> {
          while (!closed) {
            try {
              look();
            } catch (RuntimeException failure) {
              LOG.log(Level.WARNING, "Databases of repositories are not known", failure);
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
          }
        });
  }

  /** Begins to serve databases that are new, and ends with those that are in use no more. */
  private synchronized void look() {
    if (closed) {
      return;
    }
    Map<StorageAdapter, List<LiveRepository>> inUse = inUse();
    databases
        .entrySet()
        .removeIf(entry -> {
          boolean gone = !inUse.containsKey(entry.getKey());
          if (gone) {
            entry.getValue().close();
          }
          return gone;
        });
    inUse.forEach((adapter, repositories) ->
        adapter
            .surface()
            .ifPresent(surface ->
                databases
                    .computeIfAbsent(
                        adapter, _ -> new DatabaseSessions(server, surface, failpoints).start())
                    .serve(repositories)));
  }

  private Map<StorageAdapter, List<LiveRepository>> inUse() {
    Map<StorageAdapter, List<LiveRepository>> found = new LinkedHashMap<>();
    for (LiveRepository repository : server.repositories().owned()) {
      for (StorageState storage : repository.state().storages().byName().values()) {
        if (storage.enabled() && server.backends().adapters().readable(storage)) {
          List<LiveRepository> repositories =
              found.computeIfAbsent(
                  server.backends().adapters().adapter(storage), _ -> new ArrayList<>());
          if (!repositories.contains(repository)) {
            repositories.add(repository);
          }
        }
      }
    }
    return found;
  }

  @Override
  public synchronized void close() {
    closed = true;
    databases.values().forEach(DatabaseSessions::close);
    databases.clear();
  }
}
