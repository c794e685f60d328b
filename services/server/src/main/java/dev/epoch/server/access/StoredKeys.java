package dev.epoch.server.access;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** The table of keys in the metadata database. */
record StoredKeys(Pool pool) {
  private static final String ALL =
      """
      SELECT name, digest, created_at, created_by, acts_for_others, revoked_at IS NOT NULL AS revoked
      FROM epoch.api_keys
      ORDER BY name, id
      """;

  private static final String ADD =
      """
      INSERT INTO epoch.api_keys (name, digest, acts_for_others, created_by)
      VALUES ($1, $2, $3, $4)
      ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING
      RETURNING created_at
      """;

  private static final String REVOKE =
      """
      UPDATE epoch.api_keys
      SET revoked_at = now(), revoked_by = $2
      WHERE name = $1 AND revoked_at IS NULL
      """;

  /** A key as it is stored. */
  record Stored(
      String name,
      KeyDigest digest,
      Instant createdAt,
      String createdBy,
      boolean actsForOthers,
      boolean revoked) {}

  Uni<List<Stored>> all() {
    return pool.query(ALL)
        .execute()
        .map(rows ->
            StreamSupport.stream(rows.spliterator(), false).map(StoredKeys::stored).toList());
  }

  private static Stored stored(Row row) {
    return new Stored(
        row.getString("name"),
        KeyDigest.stored(row.getBuffer("digest").getBytes()),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getString("created_by"),
        row.getBoolean("acts_for_others"),
        row.getBoolean("revoked"));
  }

  /** When it was stored; empty if there is a key of this name that is accepted. */
  Uni<Optional<Instant>> add(
      String name, KeyDigest digest, boolean actsForOthers, String createdBy) {
    return pool.preparedQuery(ADD)
        .execute(Tuple.of(name, Buffer.buffer(digest.bytes()), actsForOthers, createdBy))
        .map(rows ->
            rows.size() == 0
                ? Optional.empty()
                : Optional.of(rows.iterator().next().getOffsetDateTime(0))
                    .map(OffsetDateTime::toInstant));
  }

  /** Whether there was one. */
  Uni<Boolean> revoke(String name, String revokedBy) {
    return pool.preparedQuery(REVOKE)
        .execute(Tuple.of(name, revokedBy))
        .map(rows -> rows.rowCount() > 0);
  }
}
