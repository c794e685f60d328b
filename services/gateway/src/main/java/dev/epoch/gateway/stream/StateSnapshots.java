package dev.epoch.gateway.stream;

import dev.epoch.engine.state.CommitArchive;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StateCodec;
import dev.epoch.log.SnapshotStore;
import dev.epoch.model.commit.GraphSegment;
import dev.epoch.model.commit.GraphSegments;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Saves a repository's state every so many records, so that a start need not replay all. Older
 * commits are saved once, in segments; a state need not hold them whole any more then. Losing a
 * snapshot loses only time.
 */
public final class StateSnapshots {
  private static final Logger LOG = Logger.getLogger(StateSnapshots.class.getName());

  private final SnapshotStore store;
  private final CommitSegments segments;
  private final long interval;
  private final Map<String, Long> newest = new ConcurrentHashMap<>();
  private final Map<String, Archived> archived = new ConcurrentHashMap<>();
  private final Set<String> saving = ConcurrentHashMap.newKeySet();

  /** How many commits of a repository are in the archive. */
  private record Archived(long origin, int commits, CommitArchive archive) {}

  /**
   * @param interval least number of records between two snapshots
   */
  public StateSnapshots(SnapshotStore store, long interval) {
    this.store = store;
    this.segments = new CommitSegments(store);
    this.interval = interval;
  }

  /**
   * @param restore writes all segments of the repository anew
   */
  Optional<RepositoryState> latest(String repository, Runnable restore) {
    try {
      Optional<RepositoryState> state =
          store
              .latest(RepositoryStream.name(repository), StateCodec.FORMAT)
              .await()
              .indefinitely()
              .map(snapshot -> StateCodec.decode(snapshot.state(), segments(repository, restore)));
      state.ifPresent(found -> saved(found, restore));
      return state;
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          e,
          () -> "Snapshot of " + repository + " cannot be read; replaying from the first record");
      return Optional.empty();
    }
  }

  private StateCodec.Segments segments(String repository, Runnable restore) {
    return new StateCodec.Segments() {
      @Override
      public GraphSegments graph(long origin, int count) {
        return segments.graph(repository, origin, count);
      }

      @Override
      public CommitArchive archive(long origin) {
        return segments.archive(repository, origin, restore);
      }
    };
  }

  private void saved(RepositoryState state, Runnable restore) {
    newest.put(state.name(), state.version());
    long origin = state.commits().origin();
    archived.put(
        state.name(),
        new Archived(
            origin,
            state.commits().archivedSize(),
            segments.archive(state.name(), origin, restore)));
  }

  /** Whether a snapshot is due. */
  boolean due(RepositoryState state) {
    return state.version() - newest.getOrDefault(state.name(), 0L) >= interval;
  }

  /** Saves in the background if a snapshot is due and none of the repository is being saved. */
  void offer(RepositoryState state, Runnable restore) {
    if (due(state) && saving.add(state.name())) {
      Thread.startVirtualThread(() -> {
        try {
          save(state, restore);
        } finally {
          saving.remove(state.name());
        }
      });
    }
  }

  /** Saves what is new since the newest snapshot, if there is anything; failures are logged. */
  void save(RepositoryState state, Runnable restore) {
    if (state.version() == newest.getOrDefault(state.name(), 0L)) {
      return;
    }
    try {
      RepositoryState saved = archive(shortened(state), restore);
      store
          .save(
              new SnapshotStore.Snapshot(
                  RepositoryStream.name(saved.name()),
                  saved.version(),
                  StateCodec.FORMAT,
                  StateCodec.encode(saved)))
          .await()
          .indefinitely();
      saved(saved, restore);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, e, () -> "Snapshot of " + state.name() + " was not saved");
    }
  }

  /** The state, whose commits are in the archive as far as they fill segments. */
  RepositoryState archive(RepositoryState state, Runnable restore) {
    long origin = state.commits().origin();
    List<StateCodec.Segment> full = StateCodec.fullSegments(state);
    full.forEach(segment -> segments.save(state.name(), origin, segment));
    return StateCodec.archivedUpTo(
        state,
        state.commits().archivedSize() + full.size() * GraphSegment.SIZE,
        segments.archive(state.name(), origin, restore));
  }

  /** The same state, without what the archive has by now. */
  RepositoryState shortened(RepositoryState state) {
    Archived has = archived.get(state.name());
    return has == null
            || has.commits() <= state.commits().archivedSize()
            || has.origin() != state.commits().origin()
        ? state
        : StateCodec.archivedUpTo(state, has.commits(), has.archive());
  }
}
