package dev.epoch.log.memory;

import dev.epoch.events.Digest;
import dev.epoch.log.ChunkNotFoundException;
import dev.epoch.log.ChunkStore;
import dev.epoch.log.CorruptChunkException;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Chunks that last as long as the object; for tests. */
public final class MemoryChunkStore implements ChunkStore {
  private final Map<Digest, byte[]> stored = new ConcurrentHashMap<>();

  @Override
  public Uni<Void> putAll(Map<Digest, byte[]> chunks) {
    return Uni.createFrom()
        .voidItem()
        .invoke(() -> {
          chunks.forEach(MemoryChunkStore::check);
          chunks.forEach((digest, content) -> stored.putIfAbsent(digest, content.clone()));
        });
  }

  private static void check(Digest digest, byte[] content) {
    if (content.length > MAX_CHUNK_BYTES || !Digest.of(content).equals(digest)) {
      throw new IllegalArgumentException("Chunk " + digest + " is too long or has another content");
    }
  }

  @Override
  public Uni<byte[]> get(Digest digest) {
    return Uni.createFrom()
        .item(() -> {
          byte[] content = stored.get(digest);
          if (content == null) {
            throw new ChunkNotFoundException(digest);
          }
          if (!Digest.of(content).equals(digest)) {
            throw new CorruptChunkException(digest);
          }
          return content.clone();
        });
  }

  @Override
  public Uni<Set<Digest>> present(Collection<Digest> digests) {
    return Uni.createFrom()
        .item(() -> digests.stream().filter(stored::containsKey).collect(Collectors.toSet()));
  }

  /** Damages a stored chunk, for tests of those who read it. */
  public void corrupt(Digest digest) {
    stored.computeIfPresent(
        digest,
        (name, content) -> {
          byte[] damaged = content.clone();
          damaged[0] ^= 1;
          return damaged;
        });
  }
}
