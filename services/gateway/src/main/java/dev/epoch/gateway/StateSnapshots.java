package dev.epoch.gateway;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StateCodec;
import dev.epoch.log.SnapshotStore;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Saves a repository's state every so many records, so that a start need not replay all. Losing a
 * snapshot loses only time.
 */
final class StateSnapshots {
  private static final Logger LOG = Logger.getLogger(StateSnapshots.class.getName());

  private final SnapshotStore store;
  private final long interval;

  /**
   * @param interval records between two snapshots
   */
  StateSnapshots(SnapshotStore store, long interval) {
    this.store = store;
    this.interval = interval;
  }

  Optional<RepositoryState> latest(String repository) {
    try {
      return store
          .latest(RepositoryStream.name(repository), StateCodec.FORMAT)
          .await()
          .indefinitely()
          .map(snapshot -> StateCodec.decode(snapshot.state()));
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          e,
          () -> "Snapshot of " + repository + " cannot be read; replaying from the first record");
      return Optional.empty();
    }
  }

  /** Saves in the background if a snapshot is due. */
  void offer(RepositoryState before, RepositoryState after) {
    if (before.version() / interval == after.version() / interval) {
      return;
    }
    Thread.startVirtualThread(() ->
        store
            .save(
                new SnapshotStore.Snapshot(
                    RepositoryStream.name(after.name()),
                    after.version(),
                    StateCodec.FORMAT,
                    StateCodec.encode(after)))
            .subscribe()
            .with(
                saved -> {},
                failure ->
                    LOG.log(
                        Level.WARNING,
                        failure,
                        () -> "Snapshot of " + after.name() + " was not saved")));
  }
}
