package dev.epoch.storage.postgres.record;

import dev.epoch.storage.error.WriteKeyReusedException;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import java.time.Duration;
import java.util.Optional;

/**
 * Keys of writes, in {@code epoch.written_keys}: claimed before the write, answered after it, in
 * its transaction. Whoever comes with a key that is being written waits for that to end.
 */
final class WrittenKeys {
  /** Makes room for new keys; each claim clears away a few of the oldest. */
  private static final String CLAIM =
      """
      WITH gone AS (
        DELETE FROM epoch.written_keys
        WHERE (repository, key) IN (
          SELECT old.repository, old.key
          FROM epoch.written_keys AS old
          WHERE old.written_at < now() - make_interval(secs => $4)
            AND (old.repository, old.key) <> ($1, $2)
          ORDER BY old.written_at
          LIMIT 20
          FOR UPDATE SKIP LOCKED
        )
      )
      INSERT INTO epoch.written_keys AS known (repository, key, request, written_at)
      VALUES ($1, $2, $3, now())
      ON CONFLICT (repository, key) DO UPDATE
      SET request = excluded.request, written_at = excluded.written_at
      WHERE known.written_at < now() - make_interval(secs => $4)
      """;

  private final Duration remembered;

  /**
   * @param remembered how long a key is known at least
   */
  WrittenKeys(Duration remembered) {
    this.remembered = remembered;
  }

  /**
   * Claims the key for this transaction.
   *
   * @return what came of the same write before, or empty if it is the first
   * @throws WriteKeyReusedException if the key belongs to another write
   */
  Optional<WriteResult> claim(Session session, WriteKey key) {
    if (session.execute(
            CLAIM, key.repository(), key.key(), key.request(), (double) remembered.toSeconds())
        == 1) {
      return Optional.empty();
    }
    return session.first(
        """
        SELECT request, inserted, updated, deleted, unchanged
        FROM epoch.written_keys
        WHERE repository = $1 AND key = $2
        """,
        row -> {
          if (!key.request().equals(row.getString("request"))) {
            throw new WriteKeyReusedException(
                "This idempotency key belongs to another write. Nothing was written",
                "Send each write with a key of its own; only repetitions share one");
          }
          return new WriteResult(
              row.getLong("inserted"),
              row.getLong("updated"),
              row.getLong("deleted"),
              row.getLong("unchanged"));
        },
        key.repository(),
        key.key());
  }

  /** Remembers what came of the write. */
  void answer(Session session, WriteKey key, WriteResult result) {
    session.execute(
        """
        UPDATE epoch.written_keys
        SET inserted = $3, updated = $4, deleted = $5, unchanged = $6
        WHERE repository = $1 AND key = $2
        """,
        key.repository(),
        key.key(),
        result.inserted(),
        result.updated(),
        result.deleted(),
        result.unchanged());
  }
}
