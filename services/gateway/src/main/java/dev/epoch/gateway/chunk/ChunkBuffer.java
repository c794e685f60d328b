package dev.epoch.gateway.chunk;

import dev.epoch.events.Digest;
import dev.epoch.log.ChunkStore;
import io.smallrye.mutiny.Uni;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Collects chunks and stores them in batches, so that a large change set needs bounded memory and a
 * small one a single trip. A batch is compressed and stored while the next one is collected.
 */
public final class ChunkBuffer {
  private static final int BATCH_BYTES = 4 * 1024 * 1024;

  private final ChunkStore store;
  private Map<Digest, byte[]> waiting = new HashMap<>();
  private Map<Digest, byte[]> leaving = Map.of();
  private CompletableFuture<Void> left = CompletableFuture.completedFuture(null);
  private int bytes;

  public ChunkBuffer(ChunkStore store) {
    this.store = store;
  }

  public void put(Digest digest, byte[] chunk) {
    waiting.put(digest, chunk);
    bytes += chunk.length;
    if (bytes >= BATCH_BYTES) {
      send();
    }
  }

  /** A chunk that was put here, from memory or from the store. */
  public byte[] get(Digest digest) {
    byte[] chunk = waiting.get(digest);
    if (chunk == null) {
      chunk = leaving.get(digest);
    }
    return chunk != null ? chunk : store.get(digest).await().indefinitely();
  }

  /** Everything put so far is durable afterwards. */
  public void flush() {
    if (!waiting.isEmpty()) {
      send();
    }
    awaitLeft();
  }

  private void send() {
    awaitLeft();
    leaving = waiting;
    left = store.putAll(Map.copyOf(leaving)).subscribeAsCompletionStage();
    waiting = new HashMap<>();
    bytes = 0;
  }

  private void awaitLeft() {
    Uni.createFrom().completionStage(left).await().indefinitely();
    leaving = Map.of();
  }
}
