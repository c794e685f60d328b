package dev.epoch.log.memory;

import dev.epoch.log.SnapshotStore;
import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Snapshots that last as long as the object; for tests. */
public final class MemorySnapshotStore implements SnapshotStore {
  private record Key(String stream, int format) {}

  private final Map<Key, Snapshot> newest = new ConcurrentHashMap<>();

  @Override
  public Uni<Void> save(Snapshot snapshot) {
    return Uni.createFrom()
        .voidItem()
        .invoke(() ->
            newest.merge(
                new Key(snapshot.stream(), snapshot.format()),
                snapshot,
                (kept, given) -> given.version() >= kept.version() ? given : kept));
  }

  @Override
  public Uni<Optional<Snapshot>> latest(String stream, int format) {
    return Uni.createFrom().item(() -> Optional.ofNullable(newest.get(new Key(stream, format))));
  }
}
