package dev.epoch.log.memory;

import dev.epoch.log.SnapshotStore;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Snapshots that last as long as the object; for tests. */
public final class MemorySnapshotStore implements SnapshotStore {
  private record Key(String stream, int format) {}

  private record PartKey(Parts of, int number) {}

  private final Map<Key, Snapshot> newest = new ConcurrentHashMap<>();
  private final Map<PartKey, byte[]> parts = new ConcurrentHashMap<>();
  private final AtomicLong written = new AtomicLong();

  /** Bytes that were saved since the store was made. */
  public long written() {
    return written.get();
  }

  /** Loses the parts of this kind. */
  public void lose(String kind) {
    parts.keySet().removeIf(key -> key.of().kind().equals(kind));
  }

  @Override
  public Uni<Void> savePart(Parts of, int number, byte[] content) {
    return Uni.createFrom()
        .voidItem()
        .invoke(() -> {
          written.addAndGet(content.length);
          parts.keySet().removeIf(key -> earlier(key.of(), of));
          parts.put(new PartKey(of, number), content);
        });
  }

  private static boolean earlier(Parts kept, Parts given) {
    return kept.stream().equals(given.stream())
        && kept.format() == given.format()
        && kept.origin() < given.origin();
  }

  @Override
  public Uni<Optional<byte[]>> part(Parts of, int number) {
    return Uni.createFrom().item(() -> Optional.ofNullable(parts.get(new PartKey(of, number))));
  }

  @Override
  public Multi<byte[]> parts(Parts of, int count) {
    return Multi.createFrom()
        .range(0, count)
        .map(number -> Optional.ofNullable(parts.get(new PartKey(of, number))))
        .select()
        .first(Optional::isPresent)
        .map(Optional::get);
  }

  @Override
  public Uni<Void> save(Snapshot snapshot) {
    return Uni.createFrom()
        .voidItem()
        .invoke(() -> {
          written.addAndGet(snapshot.state().length);
          newest.merge(
              new Key(snapshot.stream(), snapshot.format()),
              snapshot,
              (kept, given) -> given.version() >= kept.version() ? given : kept);
        });
  }

  @Override
  public Uni<Optional<Snapshot>> latest(String stream, int format) {
    return Uni.createFrom().item(() -> Optional.ofNullable(newest.get(new Key(stream, format))));
  }
}
