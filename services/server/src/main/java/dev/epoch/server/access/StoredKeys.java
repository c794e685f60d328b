package dev.epoch.server.access;

import dev.epoch.api.access.ApiKeys.NewKey;
import dev.epoch.model.access.Verb;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The table of keys in the metadata database. */
record StoredKeys(Pool pool) {
  private static final String ALL =
      """
      SELECT
        name, digest, prefix, created_at, created_by, acts_for_others, administrator, scopes, expires_at, last_used_at,
        rotated_at, revoked_at IS NOT NULL AS revoked
      FROM epoch.api_keys
      ORDER BY name, id
      """;

  private static final String ADD =
      """
      INSERT INTO epoch.api_keys (
        name, digest, prefix, acts_for_others, administrator, scopes, expires_at, created_by)
      VALUES ($1, $2, $3, $4, $5, $6::text[], $7, $8)
      ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING
      RETURNING created_at
      """;

  private static final String ROTATE =
      """
      UPDATE epoch.api_keys
      SET digest = $2, prefix = $3, rotated_at = now(), rotated_by = $4
      WHERE name = $1 AND revoked_at IS NULL
      """;

  private static final String REVOKE =
      """
      UPDATE epoch.api_keys
      SET revoked_at = now(), revoked_by = $2
      WHERE name = $1 AND revoked_at IS NULL
      """;

  private static final String USED =
      """
      UPDATE epoch.api_keys
      SET last_used_at = used.at
      FROM unnest($1::text[], $2::timestamptz[]) AS used (name, at)
      WHERE api_keys.name = used.name
        AND api_keys.revoked_at IS NULL
        AND (api_keys.last_used_at IS NULL OR api_keys.last_used_at < used.at)
      """;

  /** A key as it is stored. */
  record Stored(
      String name,
      KeyDigest digest,
      String prefix,
      Instant createdAt,
      String createdBy,
      boolean actsForOthers,
      boolean administrator,
      Set<Verb> scopes,
      Instant expiresAt,
      Instant lastUsedAt,
      Instant rotatedAt,
      boolean revoked) {

    boolean isExpired(Instant now) {
      return expiresAt != null && !now.isBefore(expiresAt);
    }
  }

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
        row.getString("prefix"),
        instant(row, "created_at"),
        row.getString("created_by"),
        row.getBoolean("acts_for_others"),
        row.getBoolean("administrator"),
        scopes(row.getArrayOfStrings("scopes")),
        instant(row, "expires_at"),
        instant(row, "last_used_at"),
        instant(row, "rotated_at"),
        row.getBoolean("revoked"));
  }

  private static Instant instant(Row row, String column) {
    OffsetDateTime time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }

  /** A verb that this server does not know, since a newer one wrote it, gives nothing. */
  private static Set<Verb> scopes(String[] names) {
    return names == null
        ? Verb.all()
        : Arrays.stream(names)
            .flatMap(name -> Verb.of(name).stream())
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether it was stored: not if there is a key of this name that is accepted. */
  Uni<Boolean> add(NewKey key, KeyDigest digest, String prefix, String createdBy) {
    String[] scopes =
        key.scopes().equals(Verb.all())
            ? null
            : key.scopes().stream().map(Verb::wireName).sorted().toArray(String[]::new);
    return pool.preparedQuery(ADD)
        .execute(
            Tuple.from(
                Arrays.asList(
                    key.name(),
                    Buffer.buffer(digest.bytes()),
                    prefix,
                    key.actsForOthers(),
                    key.administrator(),
                    scopes,
                    offset(key.expiresAt()),
                    createdBy)))
        .map(rows -> rows.size() > 0);
  }

  private static OffsetDateTime offset(Instant time) {
    return time == null ? null : time.atOffset(ZoneOffset.UTC);
  }

  /** Whether there was one. */
  Uni<Boolean> rotate(String name, KeyDigest digest, String prefix, String rotatedBy) {
    return pool.preparedQuery(ROTATE)
        .execute(Tuple.of(name, Buffer.buffer(digest.bytes()), prefix, rotatedBy))
        .map(rows -> rows.rowCount() > 0);
  }

  /** Whether there was one. */
  Uni<Boolean> revoke(String name, String revokedBy) {
    return pool.preparedQuery(REVOKE)
        .execute(Tuple.of(name, revokedBy))
        .map(rows -> rows.rowCount() > 0);
  }

  /** Notes when keys were used last. */
  Uni<Void> used(Map<String, Instant> times) {
    String[] names = times.keySet().toArray(String[]::new);
    OffsetDateTime[] last =
        Arrays.stream(names).map(name -> offset(times.get(name))).toArray(OffsetDateTime[]::new);
    return pool.preparedQuery(USED).execute(Tuple.of(names, last)).replaceWithVoid();
  }
}
