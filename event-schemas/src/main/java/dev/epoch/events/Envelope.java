package dev.epoch.events;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * A record on its way into the log: metadata that every record has, and its data as JSON text.
 *
 * @param id unique for ever; appending the same id again stores nothing
 * @param kind command, event or rejection
 * @param type wire name as in the schema file, {@code branch-created}
 * @param version of the schema, from 1
 * @param time when it was decided, microsecond precision
 * @param actor who asked
 * @param principal who really asked, where that is not the actor: the key of the API that acted for
 *     it, or the role of a database's session; else null
 * @param causation id of the command this record answers; the command's own id for the command
 * @param idempotencyKey of the command, or null
 * @param data a JSON object, at most {@link #MAX_DATA_BYTES} in UTF-8
 */
public record Envelope(
    UUID id,
    RecordKind kind,
    String type,
    int version,
    Instant time,
    Actor actor,
    String principal,
    UUID causation,
    String idempotencyKey,
    String data) {

  /** Larger payloads go beside the log (claim check) and the record carries their digests. */
  public static final int MAX_DATA_BYTES = 256 * 1024;

  /** Asked by the actor itself. */
  public Envelope(
      UUID id,
      RecordKind kind,
      String type,
      int version,
      Instant time,
      Actor actor,
      UUID causation,
      String idempotencyKey,
      String data) {
    this(id, kind, type, version, time, actor, null, causation, idempotencyKey, data);
  }

  public Envelope {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(causation, "causation");
    Objects.requireNonNull(data, "data");
    if (version < 1) {
      throw new IllegalArgumentException("schema version " + version + " of " + type);
    }
  }
}
