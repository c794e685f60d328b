package dev.epoch.log;

import io.smallrye.mutiny.Uni;
import java.util.Optional;

/**
 * Snapshots of stream states: a cache that saves replaying from the first record. May be emptied at
 * any time.
 */
public interface SnapshotStore {
  /**
   * @param stream whose state it is
   * @param version of the stream that the state includes
   * @param format of the bytes; a reader ignores snapshots of other formats
   * @param state serialised, compressed by the store
   */
  record Snapshot(String stream, long version, int format, byte[] state) {}

  /** Replaces older snapshots of the stream; one that is newer stays. */
  Uni<Void> save(Snapshot snapshot);

  Uni<Optional<Snapshot>> latest(String stream, int format);
}
