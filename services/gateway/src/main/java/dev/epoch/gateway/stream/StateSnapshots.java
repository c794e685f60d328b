package dev.epoch.gateway.stream;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StateCodec;
import dev.epoch.log.SnapshotStore;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Saves a repository's state every so many records, so that a start need not replay all. Losing a
 * snapshot loses only time.
 */
public final class StateSnapshots {
  private static final Logger LOG = Logger.getLogger(StateSnapshots.class.getName());

  private final SnapshotStore store;
  private final long interval;
  private final Map<String, Long> newest = new ConcurrentHashMap<>();
  private final Set<String> saving = ConcurrentHashMap.newKeySet();

  /**
   * @param interval least number of records between two snapshots
   */
  public StateSnapshots(SnapshotStore store, long interval) {
    this.store = store;
    this.interval = interval;
  }

  Optional<RepositoryState> latest(String repository) {
    try {
      Optional<RepositoryState> state =
          store
              .latest(RepositoryStream.name(repository), StateCodec.FORMAT)
              .await()
              .indefinitely()
              .map(snapshot -> StateCodec.decode(snapshot.state()));
      state.ifPresent(found -> newest.put(repository, found.version()));
      return state;
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          e,
          () -> "Snapshot of " + repository + " cannot be read; replaying from the first record");
      return Optional.empty();
    }
  }

  /**
   * Saves in the background if a snapshot is due and none of the repository is being saved. A
   * snapshot is as large as the history, so the pauses grow with it: what is replayed after the
   * last one stays a tenth of all, and what is written stays proportional to what happens.
   */
  void offer(RepositoryState state) {
    long last = newest.getOrDefault(state.name(), 0L);
    if (state.version() - last < Math.max(interval, last / 10) || !saving.add(state.name())) {
      return;
    }
    Thread.startVirtualThread(() -> save(state));
  }

  private void save(RepositoryState state) {
    try {
      store
          .save(
              new SnapshotStore.Snapshot(
                  RepositoryStream.name(state.name()),
                  state.version(),
                  StateCodec.FORMAT,
                  StateCodec.encode(state)))
          .await()
          .indefinitely();
      newest.put(state.name(), state.version());
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, e, () -> "Snapshot of " + state.name() + " was not saved");
    } finally {
      saving.remove(state.name());
    }
  }
}
