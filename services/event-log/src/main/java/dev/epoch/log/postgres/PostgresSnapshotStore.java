package dev.epoch.log.postgres;

import dev.epoch.events.Digest;
import dev.epoch.log.SnapshotStore;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Snapshots in the table {@code epoch.snapshots}, the newest of each stream and format, and their
 * parts in {@code epoch.snapshot_parts}.
 */
public final class PostgresSnapshotStore implements SnapshotStore {
  private static final System.Logger LOG = System.getLogger(PostgresSnapshotStore.class.getName());

  private static final String SAVE =
      """
      INSERT INTO epoch.snapshots AS kept (stream, format, version, digest, compression, state)
      VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (stream, format) DO UPDATE
      SET
        version = excluded.version,
        digest = excluded.digest,
        compression = excluded.compression,
        state = excluded.state
      WHERE kept.version <= excluded.version
      """;

  private static final String LATEST =
      """
      SELECT version, digest, compression, state
      FROM epoch.snapshots
      WHERE stream = $1 AND format = $2
      """;

  private static final String SAVE_PART =
      """
      WITH gone AS (
        DELETE FROM epoch.snapshot_parts
        WHERE stream = $1 AND format = $2 AND origin < $3
      )
      INSERT INTO epoch.snapshot_parts (stream, format, origin, kind, number, digest, compression, content)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (stream, format, origin, kind, number) DO UPDATE
      SET
        digest = excluded.digest,
        compression = excluded.compression,
        content = excluded.content
      """;

  private static final String PARTS =
      """
      SELECT number, digest, compression, content
      FROM epoch.snapshot_parts
      WHERE stream = $1 AND format = $2 AND origin = $3 AND kind = $4 AND number >= $5 AND number < $6
      ORDER BY number
      """;

  /** Parts that are read with one query. */
  private static final int PAGE = 64;

  private final Pool pool;
  private final Executor workers = Executors.newVirtualThreadPerTaskExecutor();

  public PostgresSnapshotStore(Pool pool) {
    this.pool = pool;
  }

  @Override
  public Uni<Void> save(Snapshot snapshot) {
    return CallerContext.answering(() ->
        Uni.createFrom()
            .item(() -> row(snapshot))
            .runSubscriptionOn(workers)
            .chain(row -> pool.preparedQuery(SAVE).execute(row))
            .replaceWithVoid());
  }

  private static Tuple row(Snapshot snapshot) {
    Compression compressed = Compression.of(snapshot.state());
    return Tuple.from(
        List.of(
            snapshot.stream(),
            snapshot.format(),
            snapshot.version(),
            digest(snapshot.state()),
            compressed.kind(),
            Buffer.buffer(compressed.bytes())));
  }

  private static Buffer digest(byte[] state) {
    return Buffer.buffer(HexFormat.of().parseHex(Digest.of(state).hex()));
  }

  /**
   * A snapshot that does not have its digest any more is reported and passed over: the log has it
   * all.
   */
  @Override
  public Uni<Optional<Snapshot>> latest(String stream, int format) {
    return CallerContext.answering(() ->
        pool.preparedQuery(LATEST)
            .execute(Tuple.of(stream, format))
            .emitOn(workers)
            .map(rows -> snapshot(stream, format, rows)));
  }

  @Override
  public Uni<Void> savePart(Parts of, int number, byte[] content) {
    return CallerContext.answering(() ->
        Uni.createFrom()
            .item(() -> partRow(of, number, content))
            .runSubscriptionOn(workers)
            .chain(row -> pool.preparedQuery(SAVE_PART).execute(row))
            .replaceWithVoid());
  }

  private static Tuple partRow(Parts of, int number, byte[] content) {
    Compression compressed = Compression.of(content);
    return Tuple.from(
        List.of(
            of.stream(),
            of.format(),
            of.origin(),
            of.kind(),
            number,
            digest(content),
            compressed.kind(),
            Buffer.buffer(compressed.bytes())));
  }

  @Override
  public Uni<Optional<byte[]>> part(Parts of, int number) {
    return CallerContext.answering(
        () -> page(of, number, number + 1).map(page -> page.stream().findFirst()));
  }

  @Override
  public Multi<byte[]> parts(Parts of, int count) {
    return Multi.createBy()
        .repeating()
        .uni(
            AtomicInteger::new,
            from -> {
              int first = from.getAndAdd(PAGE);
              return page(of, first, Math.min(count, first + PAGE))
                  .map(page -> new Page(page, first + PAGE >= count || page.size() < PAGE));
            })
        .whilst(page -> !page.last())
        .onItem()
        .transformToIterable(Page::contents);
  }

  private record Page(List<byte[]> contents, boolean last) {}

  /** Those from one number up to another, as far as they are there without a gap. */
  private Uni<List<byte[]>> page(Parts of, int from, int to) {
    return pool.preparedQuery(PARTS)
        .execute(Tuple.from(List.of(of.stream(), of.format(), of.origin(), of.kind(), from, to)))
        .emitOn(workers)
        .map(rows -> {
          List<byte[]> contents = new ArrayList<>();
          for (Row row : rows) {
            Optional<byte[]> content = content(row, "content");
            if (content.isEmpty() || row.getInteger("number") != from + contents.size()) {
              break;
            }
            contents.add(content.get());
          }
          return contents;
        });
  }

  private static Optional<byte[]> content(Row row, String column) {
    return new Compression(row.getShort("compression"), row.getBuffer(column).getBytes())
        .content(Integer.MAX_VALUE - Long.BYTES)
        .filter(content -> digest(content).equals(row.getBuffer("digest").getDelegate()));
  }

  private static Optional<Snapshot> snapshot(String stream, int format, RowSet<Row> rows) {
    for (Row row : rows) {
      Optional<Snapshot> snapshot =
          content(row, "state")
              .map(state -> new Snapshot(stream, row.getLong("version"), format, state));
      if (snapshot.isEmpty()) {
        LOG.log(
            System.Logger.Level.WARNING,
            "The snapshot of stream {0} is corrupt and not used; replaying the stream instead",
            stream);
      }
      return snapshot;
    }
    return Optional.empty();
  }
}
