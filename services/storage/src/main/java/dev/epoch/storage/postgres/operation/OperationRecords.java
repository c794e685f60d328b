package dev.epoch.storage.postgres.operation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.error.FormerOwnerException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.postgres.connection.Session;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What the database remembers of operations. Each is decided under a lock on its id, so that nobody
 * learns "not done" while it is being done; one that was reverted leaves a mark that keeps a late
 * arrival of it from being done after all.
 */
final class OperationRecords {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REVERTED = "{\"reverted\": true}";

  private final Session session;

  OperationRecords(Session session) {
    this.session = session;
  }

  /** The statement that takes the lock on an operation until the transaction ends. */
  static String lock(OperationId operation) {
    return "SELECT pg_advisory_xact_lock(" + key(operation) + ")";
  }

  private static long key(OperationId operation) {
    return operation.id().getMostSignificantBits() * 31 + operation.id().getLeastSignificantBits();
  }

  /** The statement that ends the sessions that have the lock on an operation. */
  static String endHolders(OperationId operation) {
    return """
    SELECT pg_terminate_backend(pid)
    FROM pg_locks
    JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE
      locktype = 'advisory' AND granted AND objsubid = 1 AND datname = current_database()
      AND ((classid::bigint << 32) | objid::bigint) = %d AND pid <> pg_backend_pid()\
    """
        .formatted(key(operation));
  }

  /** What is known of an operation. */
  sealed interface State {
    record Unknown() implements State {}

    record Done(OperationResult result) implements State {}

    record Reverted() implements State {}
  }

  State read(OperationId operation) {
    Optional<String> stored =
        session.first(
            "SELECT result::text FROM epoch.operations WHERE operation_id = $1",
            row -> row.getString(0),
            operation.id());
    if (stored.isEmpty()) {
      return new State.Unknown();
    }
    return stored.get().equals(REVERTED)
        ? new State.Reverted()
        : new State.Done(parse(stored.get()));
  }

  /** An owner settles it: reverts of owners before it are refused from now on. */
  void settle(OperationId operation, long fence) {
    session.send(
        "UPDATE epoch.operations SET fence = greatest(fence, $2) WHERE operation_id = $1",
        operation.id(),
        fence);
  }

  /** Refuses who owned the repository before one that has settled the operation. */
  void requireOwner(OperationId operation, long fence) {
    session
        .first(
            "SELECT fence FROM epoch.operations WHERE operation_id = $1 AND fence > $2",
            row -> row.getLong(0),
            operation.id(),
            fence)
        .ifPresent(later -> {
          throw FormerOwnerException.of(operation);
        });
  }

  /** Sent, not waited for: the COMMIT behind it tells what became of it. */
  void insertDone(Operation operation, OperationResult result) {
    insert(operation, format(result));
  }

  /** Takes the place of the operation, done or not. */
  void putReverted(Operation operation) {
    session.send("DELETE FROM epoch.operations WHERE operation_id = $1", operation.id().id());
    insert(operation, REVERTED);
  }

  private void insert(Operation operation, String result) {
    session.send(
        """
        INSERT INTO epoch.operations (operation_id, position, branch_id, result)
        VALUES ($1, $2, $3, $4::text::jsonb)\
        """,
        operation.id().id(),
        operation.id().position(),
        operation.branch().id(),
        result);
  }

  void delete(Collection<OperationId> operations) {
    session.execute(
        "DELETE FROM epoch.operations WHERE operation_id = ANY ($1)",
        (Object) operations.stream().map(OperationId::id).toArray(UUID[]::new));
  }

  private record Stored(
      Map<String, RowsLocation> locations,
      Map<String, RowsLocation> live,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, TableSchema> schemas,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, TableSchema> altered,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Set<String> dropped) {}

  private static String format(OperationResult result) {
    try {
      return JSON.writeValueAsString(
          new Stored(
              result.locations(),
              result.live(),
              result.schemas(),
              result.altered(),
              result.dropped()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static OperationResult parse(String json) {
    try {
      Stored stored = JSON.readValue(json, Stored.class);
      return new OperationResult(
          stored.locations(),
          stored.live(),
          Map.of(),
          stored.schemas() == null ? Map.of() : stored.schemas(),
          stored.altered() == null ? Map.of() : stored.altered(),
          stored.dropped() == null ? Set.of() : stored.dropped());
    } catch (JsonProcessingException e) {
      throw new StorageException("The record of an operation cannot be read: " + json, null, e);
    }
  }
}
