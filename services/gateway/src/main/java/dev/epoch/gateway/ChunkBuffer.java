package dev.epoch.gateway;

import dev.epoch.events.Digest;
import dev.epoch.log.ChunkStore;
import java.util.HashMap;
import java.util.Map;

/**
 * Collects chunks and stores them in batches, so that a large change set needs bounded memory and a
 * small one a single trip.
 */
final class ChunkBuffer {
  private static final int FLUSH_BYTES = 8 * 1024 * 1024;

  private final ChunkStore store;
  private final Map<Digest, byte[]> waiting = new HashMap<>();
  private int bytes;

  ChunkBuffer(ChunkStore store) {
    this.store = store;
  }

  void put(Digest digest, byte[] chunk) {
    waiting.put(digest, chunk);
    bytes += chunk.length;
    if (bytes >= FLUSH_BYTES) {
      flush();
    }
  }

  /** A chunk that was put here, from memory or from the store. */
  byte[] get(Digest digest) {
    byte[] chunk = waiting.get(digest);
    return chunk != null ? chunk : store.get(digest).await().indefinitely();
  }

  /** Everything put so far is durable afterwards. */
  void flush() {
    if (!waiting.isEmpty()) {
      store.putAll(Map.copyOf(waiting)).await().indefinitely();
      waiting.clear();
      bytes = 0;
    }
  }
}
