package dev.epoch.log;

import dev.epoch.events.Digest;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Map;

/**
 * The claim check beside the log: immutable chunks of bytes, named by the SHA-256 of their content
 * before compression.
 *
 * <p>A chunk is at most {@link #MAX_CHUNK_BYTES} long and stored once, however often it is put.
 * Chunks are durable before the record that names them is appended.
 */
public interface ChunkStore {
  int MAX_CHUNK_BYTES = 1024 * 1024;

  /** Stores what is not there yet. Completes when all are durable. */
  Uni<Void> putAll(Map<Digest, byte[]> chunks);

  /**
   * The chunk, verified against its name; fails with {@link CorruptChunkException} or {@link
   * ChunkNotFoundException}.
   */
  Uni<byte[]> get(Digest digest);

  /** Those of the digests that are stored. */
  Uni<java.util.Set<Digest>> present(Collection<Digest> digests);
}
