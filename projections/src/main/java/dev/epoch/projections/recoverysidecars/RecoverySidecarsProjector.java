package dev.epoch.projections.recoverysidecars;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.event.BranchCheckedOutV1;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.events.event.BranchExpirySetV1;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.BranchProtectedV1;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.events.event.BranchReviewedV1;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitSchemaRecordedV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.OperationAbortedV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.event.RecoveryCompletedV1;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.events.event.RepositoryOpenedV1;
import dev.epoch.events.event.RepositoryUpdatedV1;
import dev.epoch.events.event.TableRegisteredV1;
import dev.epoch.events.event.TableRemovedV1;
import dev.epoch.events.event.TableSyncedV1;
import dev.epoch.projections.ProjectedEvent;
import dev.epoch.projections.Sql;
import dev.epoch.projections.TableProjector;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.UUID;

/**
 * Operations in flight, one row each while they are in doubt, and the audit trail of recoveries.
 */
public final class RecoverySidecarsProjector implements TableProjector {
  public static final String NAME = "recovery-sidecars";

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS recovery_sidecars (
            repository text NOT NULL,
            operation_id uuid NOT NULL,
            kind text NOT NULL,
            branch_id text NOT NULL,
            expected_head text NOT NULL,
            actor jsonb NOT NULL,
            position bigint NOT NULL,
            prepared_at timestamptz NOT NULL,
            PRIMARY KEY (repository, operation_id)
          )
          """,
          """
          CREATE TABLE IF NOT EXISTS recoveries (
            repository text NOT NULL,
            operation_id uuid NOT NULL,
            outcome text NOT NULL,
            recovery_actor jsonb NOT NULL,
            original_actor jsonb NOT NULL,
            tables jsonb NOT NULL,
            reason text NOT NULL,
            recovered_at timestamptz NOT NULL,
            position bigint NOT NULL,
            PRIMARY KEY (repository, position)
          )
          """);

  private static final String OPEN =
      """
      INSERT INTO recovery_sidecars (
        repository, operation_id, kind, branch_id, expected_head, actor, position, prepared_at
      )
      VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8)
      """;

  private static final String CLOSE =
      """
      DELETE FROM recovery_sidecars
      WHERE repository = $1 AND operation_id = $2
      """;

  private static final String AUDIT =
      """
      INSERT INTO recoveries (
        repository, operation_id, outcome, recovery_actor, original_actor, tables, reason, recovered_at, position
      )
      VALUES ($1, $2, $3, $4::text::jsonb, $5::text::jsonb, $6::text::jsonb, $7, $8, $9)
      """;

  private static final String DELETE =
      """
      WITH audited AS (DELETE FROM recoveries WHERE repository = $1)
      DELETE FROM recovery_sidecars
      WHERE repository = $1
      """;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> tables() {
    return TABLES;
  }

  @Override
  public List<String> tableNames() {
    return List.of("recovery_sidecars", "recoveries");
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, ProjectedEvent event) {
    return switch (event.event()) {
      case OperationPreparedV1 e ->
          Sql.run(
              transaction,
              OPEN,
              event.repository(),
              e.operationId(),
              kind(e.plan()),
              e.branchId(),
              e.expectedHead(),
              json(event.stored().envelope().actor()),
              event.stored().position(),
              Sql.time(event.stored().envelope().time()));
      case OperationAbortedV1 e -> close(transaction, event, e.operationId());
      case CommitCreatedV1 e when e.live() -> Uni.createFrom().voidItem();
      case CommitCreatedV1 e -> close(transaction, event, e.operationId());
      case BranchMovedV1 e -> close(transaction, event, e.operationId());
      case TableRegisteredV1 e -> close(transaction, event, e.operationId());
      case TableRemovedV1 e -> close(transaction, event, e.operationId());
      case RecoveryCompletedV1 e ->
          Sql.run(
              transaction,
              AUDIT,
              event.repository(),
              e.operationId(),
              e.outcome(),
              json(event.stored().envelope().actor()),
              json(e.originalActor()),
              json(e.tables()),
              e.reason(),
              Sql.time(event.stored().envelope().time()),
              event.stored().position());
      case RepositoryDeletedV1 e -> Sql.run(transaction, DELETE, event.repository());
      case RepositoryCreatedV1 _,
          RepositoryOpenedV1 _,
          RepositoryUpdatedV1 _,
          Event.OfStorage _,
          BranchCreatedV1 _,
          BranchRenamedV1 _,
          BranchDeletedV1 _,
          BranchCheckedOutV1 _,
          BranchExpirySetV1 _,
          BranchProtectedV1 _,
          BranchReviewedV1 _,
          TableSyncedV1 _,
          Event.OfTag _,
          Event.OfCatalog _,
          Event.OfCheck _,
          Event.OfRole _,
          Event.OfStaging _,
          CommitTablesRecordedV1 _,
          CommitSchemaRecordedV1 _,
          Event.OfMerge _,
          Event.OfReplay _,
          CommandCompletedV1 _ ->
          Uni.createFrom().voidItem();
    };
  }

  private static Uni<Void> close(SqlConnection transaction, ProjectedEvent event, UUID operation) {
    return operation == null
        ? Uni.createFrom().voidItem()
        : Sql.run(transaction, CLOSE, event.repository(), operation);
  }

  private static String kind(OperationPlan plan) {
    return switch (plan) {
      case OperationPlan.Commit commit -> "commit";
      case OperationPlan.Merge merge -> "merge";
      case OperationPlan.RegisterTable register -> "register_table";
      case OperationPlan.RemoveTable remove -> "remove_table";
    };
  }

  private static String json(Object value) {
    try {
      return RecordCodec.json().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written: " + value, e);
    }
  }
}
