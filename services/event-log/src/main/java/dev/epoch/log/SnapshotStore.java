package dev.epoch.log;

import io.smallrye.mutiny.Multi;
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

  /**
   * Parts of the states of one stream that never change, numbered from 0. Snapshots refer to them.
   *
   * @param stream whose state it is
   * @param format as that of the snapshots
   * @param origin version of the stream at which what they are about began
   * @param kind tells the sequences of one state apart
   */
  record Parts(String stream, int format, long origin, String kind) {}

  /**
   * Keeps a part, or replaces it by itself; parts of the stream with an earlier origin go.
   *
   * @param content serialised, compressed by the store
   */
  Uni<Void> savePart(Parts of, int number, byte[] content);

  /** A part, if it is there as it was saved. */
  Uni<Optional<byte[]>> part(Parts of, int number);

  /**
   * The first parts, in order.
   *
   * @return ends early where one is missing, or is not as it was saved
   */
  Multi<byte[]> parts(Parts of, int count);
}
