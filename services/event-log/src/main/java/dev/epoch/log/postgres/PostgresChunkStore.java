package dev.epoch.log.postgres;

import dev.epoch.events.Digest;
import dev.epoch.log.ChunkNotFoundException;
import dev.epoch.log.ChunkStore;
import dev.epoch.log.CorruptChunkException;
import dev.epoch.log.LogUnavailableException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Chunks in the table {@code epoch.chunks}. Compression and hashing run on virtual threads, not on
 * event loops.
 */
public final class PostgresChunkStore implements ChunkStore {
  private static final long BATCH_BYTES = 4L << 20;

  /** Chunks that are sent without asking first which of them are there. */
  private static final int FEW = 2;

  /**
   * Digests are put in their order, so writers of equal chunks never wait for each other in a
   * circle.
   */
  private static final String INSERT =
      """
      INSERT INTO epoch.chunks (digest, compression, content)
      SELECT *
      FROM unnest($1::bytea[], $2::smallint[], $3::bytea[])
      ON CONFLICT (digest) DO NOTHING
      """;

  private static final String GET =
      """
      SELECT compression, content
      FROM epoch.chunks
      WHERE digest = $1
      """;

  private static final String PRESENT =
      """
      SELECT digest
      FROM epoch.chunks
      WHERE digest = ANY ($1::bytea[])
      """;

  private final Pool pool;
  private final Executor workers = Executors.newVirtualThreadPerTaskExecutor();
  private final ChunkGroups groups = new ChunkGroups(this::store);

  public PostgresChunkStore(Pool pool) {
    this.pool = pool;
  }

  /**
   * @return fails with {@link IllegalArgumentException}, before anything is stored, if a chunk is
   *     too long or does not have the digest it is put under
   */
  @Override
  public Uni<Void> putAll(Map<Digest, byte[]> chunks) {
    SortedMap<Digest, byte[]> copy = new TreeMap<>(chunks);
    return CallerContext.answering(() ->
        onWorker(() -> check(copy))
            .chain(() ->
                copy.size() <= FEW
                    ? onWorker(() -> compressed(copy)).chain(groups::store)
                    : storeMissing(copy)));
  }

  private Uni<Void> storeMissing(SortedMap<Digest, byte[]> chunks) {
    return present(chunks.keySet())
        .invoke(present -> chunks.keySet().removeAll(present))
        .onItem()
        .transformToMulti(present -> Multi.createFrom().iterable(batches(chunks)))
        .onItem()
        .transformToUniAndConcatenate(batch -> onWorker(() -> compressed(batch)).chain(this::store))
        .collect()
        .last()
        .replaceWithVoid();
  }

  private static Void check(Map<Digest, byte[]> chunks) {
    chunks.forEach((digest, content) -> {
      if (content.length > MAX_CHUNK_BYTES) {
        throw new IllegalArgumentException(
            "Chunk " + digest + " has " + content.length + " bytes; at most " + MAX_CHUNK_BYTES);
      }
      if (!Digest.of(content).equals(digest)) {
        throw new IllegalArgumentException("Chunk " + digest + " has another content");
      }
    });
    return null;
  }

  /** In the order of their digests, each batch of at most {@link #BATCH_BYTES}. */
  private static List<Map<Digest, byte[]>> batches(SortedMap<Digest, byte[]> chunks) {
    List<Map<Digest, byte[]>> batches = new ArrayList<>();
    Map<Digest, byte[]> batch = new LinkedHashMap<>();
    long bytes = 0;
    for (Map.Entry<Digest, byte[]> chunk : chunks.entrySet()) {
      if (!batch.isEmpty() && bytes + chunk.getValue().length > BATCH_BYTES) {
        batches.add(batch);
        batch = new LinkedHashMap<>();
        bytes = 0;
      }
      batch.put(chunk.getKey(), chunk.getValue());
      bytes += chunk.getValue().length;
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  private static SortedMap<Digest, Compression> compressed(Map<Digest, byte[]> chunks) {
    SortedMap<Digest, Compression> compressed = new TreeMap<>();
    chunks.forEach((digest, content) -> compressed.put(digest, Compression.of(content)));
    return compressed;
  }

  private Uni<Void> store(SortedMap<Digest, Compression> chunks) {
    return execute(
            INSERT,
            Tuple.of(
                digests(chunks.keySet()),
                chunks.values().stream().map(Compression::kind).toArray(Short[]::new),
                chunks.values().stream()
                    .map(one -> Buffer.buffer(one.bytes()))
                    .toArray(Buffer[]::new)))
        .replaceWithVoid();
  }

  @Override
  public Uni<byte[]> get(Digest digest) {
    return CallerContext.answering(() ->
        execute(GET, Tuple.of(bytes(digest))).emitOn(workers).map(rows -> content(digest, rows)));
  }

  private static byte[] content(Digest digest, RowSet<Row> rows) {
    for (Row row : rows) {
      Compression stored =
          new Compression(row.getShort("compression"), row.getBuffer("content").getBytes());
      return stored
          .content(MAX_CHUNK_BYTES)
          .filter(content -> Digest.of(content).equals(digest))
          .orElseThrow(() -> new CorruptChunkException(digest));
    }
    throw new ChunkNotFoundException(digest);
  }

  @Override
  public Uni<Set<Digest>> present(Collection<Digest> digests) {
    return execute(PRESENT, Tuple.tuple().addValue(digests(digests)))
        .map(rows -> {
          Set<Digest> present = HashSet.newHashSet(rows.size());
          rows.forEach(row -> present.add(digest(row.getBuffer("digest").getDelegate())));
          return present;
        });
  }

  /** Chunks may be put again, so whoever lost the connection has only to come back. */
  private Uni<RowSet<Row>> execute(String sql, Tuple values) {
    return pool.preparedQuery(sql)
        .execute(values)
        .onFailure(PostgresFailures::passing)
        .transform(failure ->
            new LogUnavailableException("The log's chunks cannot be reached now", failure));
  }

  private <T> Uni<T> onWorker(Supplier<T> work) {
    return Uni.createFrom().item(work).runSubscriptionOn(workers);
  }

  private static Buffer[] digests(Collection<Digest> digests) {
    return digests.stream().map(PostgresChunkStore::bytes).toArray(Buffer[]::new);
  }

  private static Buffer bytes(Digest digest) {
    return Buffer.buffer(HexFormat.of().parseHex(digest.hex()));
  }

  private static Digest digest(Buffer bytes) {
    return new Digest(HexFormat.of().formatHex(bytes.getBytes()));
  }
}
