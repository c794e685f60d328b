package dev.epoch.storage.postgres.operation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.Operation;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.OperationResult;
import dev.epoch.storage.StorageException;
import dev.epoch.storage.postgres.connection.Session;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
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
    long key =
        operation.id().getMostSignificantBits() * 31 + operation.id().getLeastSignificantBits();
    return "SELECT pg_advisory_xact_lock(" + key + ")";
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
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, TableSchema> schemas) {}

  private static String format(OperationResult result) {
    try {
      return JSON.writeValueAsString(
          new Stored(result.locations(), result.live(), result.schemas()));
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
          stored.schemas() == null ? Map.of() : stored.schemas());
    } catch (JsonProcessingException e) {
      throw new StorageException("The record of an operation cannot be read: " + json, null, e);
    }
  }
}
