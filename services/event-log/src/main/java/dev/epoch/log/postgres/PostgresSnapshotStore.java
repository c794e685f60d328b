package dev.epoch.log.postgres;

import dev.epoch.events.Digest;
import dev.epoch.log.SnapshotStore;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** Snapshots in the table {@code epoch.snapshots}: the newest of each stream and format. */
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

  private static Optional<Snapshot> snapshot(String stream, int format, RowSet<Row> rows) {
    for (Row row : rows) {
      Compression stored =
          new Compression(row.getShort("compression"), row.getBuffer("state").getBytes());
      Optional<Snapshot> snapshot =
          stored
              .content(Integer.MAX_VALUE - Long.BYTES)
              .filter(state -> digest(state).equals(row.getBuffer("digest").getDelegate()))
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
