package dev.epoch.log.postgres;

import dev.epoch.events.Actor;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordKind;
import dev.epoch.log.AppendBatch;
import dev.epoch.log.CorruptLogException;
import dev.epoch.log.StoredRecord;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;

/** The table {@code epoch.events}: its statements, and rows as records and back. */
final class EventRows {
  /** A page ends with the record that makes it pass this size, or at {@link #PAGE_RECORDS}. */
  static final long PAGE_BYTES = 4L << 20;

  static final int PAGE_RECORDS = 500;

  /** The same for tails: each of very many may keep two pages for a reader that does not read. */
  static final long TAIL_PAGE_BYTES = 128L << 10;

  static final int TAIL_PAGE_RECORDS = 64;

  /** Notified with the position of the last record, by the transaction that appends it. */
  static final String CHANNEL = "epoch_log";

  static final String HEAD = "SELECT position FROM epoch.log_head";

  /** Until the transaction ends nobody appends, and no stream changes its owner. */
  static final String LOCK_HEAD =
      """
      SELECT position, owner_changes
      FROM epoch.log_head
      FOR UPDATE
      """;

  /** One row for each stream that was owned ever. */
  static final String FENCES =
      """
      SELECT stream, fence
      FROM epoch.stream_owners
      WHERE stream = ANY ($1::text[])
      """;

  static final String STREAM_VERSION =
      """
      SELECT coalesce(max(version), 0) AS version
      FROM epoch.events
      WHERE stream = $1
      """;

  /** One step in the index per stream, from each to the next name. */
  static final String STREAMS =
      """
      WITH RECURSIVE streams (name) AS (
        SELECT min(stream)
        FROM epoch.events
        UNION ALL
        SELECT (SELECT min(following.stream) FROM epoch.events AS following WHERE following.stream > streams.name)
        FROM streams
        WHERE streams.name IS NOT NULL
      )
      SELECT name
      FROM streams
      WHERE name IS NOT NULL
      """;

  static final String PAGE_OF_ALL =
      """
      SELECT page.*
      FROM (
        SELECT
          found.*,
          sum(octet_length(found.data)) OVER (ORDER BY found.position) - octet_length(found.data) AS bytes_before
        FROM (
          SELECT *
          FROM epoch.events
          WHERE position > $1
          ORDER BY position
          LIMIT $2
        ) AS found
      ) AS page
      WHERE page.bytes_before < $3
      ORDER BY page.position
      """;

  static final String PAGE_OF_STREAM =
      """
      SELECT page.*
      FROM (
        SELECT
          found.*,
          sum(octet_length(found.data)) OVER (ORDER BY found.version) - octet_length(found.data) AS bytes_before
        FROM (
          SELECT *
          FROM epoch.events
          WHERE stream = $4 AND version > $1
          ORDER BY version
          LIMIT $2
        ) AS found
      ) AS page
      WHERE page.bytes_before < $3
      ORDER BY page.version
      """;

  /** One row for each stream that has records. */
  static final String VERSIONS =
      """
      SELECT named.stream, newest.version
      FROM unnest($1::text[]) AS named (stream)
      CROSS JOIN LATERAL (
        SELECT version
        FROM epoch.events
        WHERE events.stream = named.stream
        ORDER BY version DESC
        LIMIT 1
      ) AS newest
      """;

  static final String PLACES =
      """
      SELECT id, stream, version, position
      FROM epoch.events
      WHERE id = ANY ($1::uuid[])
      """;

  /**
   * Stores the records, moves the head and wakes the tails, if the head stands where the records
   * begin and no owner of a stream has changed since; one row then. Waits for the transaction of
   * another that moves it, or changes an owner.
   */
  static final String INSERT =
      """
      WITH moved AS (
        UPDATE epoch.log_head
        SET position = $18::bigint
        WHERE position = $17::bigint AND owner_changes = $20::bigint
        RETURNING position
      ),
      inserted AS (
        INSERT INTO epoch.events (
          position, stream, version, id, kind, type, schema_version, time,
          actor_id, actor_name, actor_email, causation, idempotency_key, data, digest, principal
        )
        SELECT *
        FROM unnest(
          $1::bigint[], $2::text[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::integer[], $8::timestamptz[],
          $9::text[], $10::text[], $11::text[], $12::uuid[], $13::text[], $14::text[],
          $15::bytea[], $16::text[]
        )
        WHERE EXISTS (SELECT FROM moved)
      )
      SELECT pg_notify($19::text, moved.position::text)
      FROM moved
      """;

  private EventRows() {}

  /**
   * @param ownerChanges as of which the records were decided
   */
  static Tuple insertion(List<StoredRecord> records, long ownerChanges) {
    List<Object> values = new ArrayList<>(20);
    values.add(column(records, StoredRecord::position, Long[]::new));
    values.add(column(records, StoredRecord::stream, String[]::new));
    values.add(column(records, StoredRecord::version, Long[]::new));
    values.add(column(records, record -> record.envelope().id(), UUID[]::new));
    values.add(column(records, record -> name(record.envelope().kind()), String[]::new));
    values.add(column(records, record -> record.envelope().type(), String[]::new));
    values.add(column(records, record -> record.envelope().version(), Integer[]::new));
    values.add(
        column(
            records,
            record -> record.envelope().time().atOffset(ZoneOffset.UTC),
            OffsetDateTime[]::new));
    values.add(column(records, record -> record.envelope().actor().id(), String[]::new));
    values.add(column(records, record -> record.envelope().actor().name(), String[]::new));
    values.add(column(records, record -> record.envelope().actor().email(), String[]::new));
    values.add(column(records, record -> record.envelope().causation(), UUID[]::new));
    values.add(column(records, record -> record.envelope().idempotencyKey(), String[]::new));
    values.add(column(records, record -> record.envelope().data(), String[]::new));
    values.add(column(records, record -> Buffer.buffer(RecordDigest.of(record)), Buffer[]::new));
    values.add(column(records, record -> record.envelope().principal(), String[]::new));
    values.add(records.getFirst().position() - 1);
    values.add(records.getLast().position());
    values.add(CHANNEL);
    values.add(ownerChanges);
    return Tuple.from(values);
  }

  private static <T> T[] column(
      List<StoredRecord> records, Function<StoredRecord, T> value, IntFunction<T[]> array) {
    T[] values = array.apply(records.size());
    for (int i = 0; i < values.length; i++) {
      values[i] = value.apply(records.get(i));
    }
    return values;
  }

  /** Fails with {@link CorruptLogException} if a row is not as it was stored. */
  static List<StoredRecord> records(RowSet<Row> rows) {
    List<StoredRecord> records = new ArrayList<>(rows.size());
    for (Row row : rows) {
      records.add(record(row));
    }
    return records;
  }

  private static StoredRecord record(Row row) {
    Actor actor =
        new Actor(
            row.getString("actor_id"), row.getString("actor_name"), row.getString("actor_email"));
    Envelope envelope =
        new Envelope(
            row.getUUID("id"),
            kind(row.getString("kind")),
            row.getString("type"),
            row.getInteger("schema_version"),
            row.getOffsetDateTime("time").toInstant(),
            actor,
            row.getString("principal"),
            row.getUUID("causation"),
            row.getString("idempotency_key"),
            row.getString("data"));
    StoredRecord stored =
        new StoredRecord(
            row.getLong("position"), row.getString("stream"), row.getLong("version"), envelope);
    if (!Arrays.equals(RecordDigest.of(stored), row.getBuffer("digest").getBytes())) {
      throw new CorruptLogException(
          "The record at position " + stored.position() + " does not have its digest");
    }
    return stored;
  }

  static Map<String, Long> versions(RowSet<Row> rows) {
    Map<String, Long> versions = HashMap.newHashMap(rows.size());
    for (Row row : rows) {
      versions.put(row.getString("stream"), row.getLong("version"));
    }
    return versions;
  }

  static Map<String, Long> fences(RowSet<Row> rows) {
    Map<String, Long> fences = HashMap.newHashMap(rows.size());
    for (Row row : rows) {
      fences.put(row.getString("stream"), row.getLong("fence"));
    }
    return fences;
  }

  static Map<UUID, AppendBatch.Place> places(RowSet<Row> rows) {
    Map<UUID, AppendBatch.Place> places = HashMap.newHashMap(rows.size());
    for (Row row : rows) {
      places.put(
          row.getUUID("id"),
          new AppendBatch.Place(
              row.getString("stream"), row.getLong("version"), row.getLong("position")));
    }
    return places;
  }

  static String name(RecordKind kind) {
    return switch (kind) {
      case COMMAND -> "command";
      case EVENT -> "event";
      case REJECTION -> "rejection";
    };
  }

  private static RecordKind kind(String name) {
    return switch (name) {
      case "command" -> RecordKind.COMMAND;
      case "event" -> RecordKind.EVENT;
      case "rejection" -> RecordKind.REJECTION;
      default -> throw new IllegalStateException("No kind of record: " + name);
    };
  }
}
