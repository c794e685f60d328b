package dev.epoch.projections.conflicts;

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
import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.MergeAbortedV1;
import dev.epoch.events.event.MergeOpenedV1;
import dev.epoch.events.event.MergeRequestClosedV1;
import dev.epoch.events.event.MergeRequestedV1;
import dev.epoch.events.event.ReplayAbortedV1;
import dev.epoch.events.event.ReplaySkippedV1;
import dev.epoch.events.event.ReplayStartedV1;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.events.event.RepositoryOpenedV1;
import dev.epoch.events.event.RepositoryUpdatedV1;
import dev.epoch.events.event.ResolutionsForgottenV1;
import dev.epoch.projections.ProjectedEvent;
import dev.epoch.projections.Sql;
import dev.epoch.projections.TableProjector;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.TreeMap;

/**
 * Open merges: where their conflicts are stored, how many are still to be decided, and what was
 * decided about them. {@link ConflictReads} answers from it.
 */
public final class ConflictsProjector implements TableProjector {
  public static final String NAME = "conflicts";

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS open_merges (
            repository text NOT NULL,
            branch_id text NOT NULL,
            conflict_set text,
            remaining bigint NOT NULL,
            PRIMARY KEY (repository, branch_id)
          )
          """,
          """
          CREATE TABLE IF NOT EXISTS merge_decisions (
            repository text NOT NULL,
            branch_id text NOT NULL,
            position bigint NOT NULL,
            table_name text,
            record_key text[] NOT NULL,
            field text,
            constraint_name text,
            resolution text NOT NULL,
            column_values jsonb NOT NULL,
            null_columns text[] NOT NULL,
            delete_row boolean NOT NULL,
            PRIMARY KEY (repository, branch_id, position)
          )
          """);

  private static final String CLOSE =
      """
      WITH decided AS (DELETE FROM merge_decisions WHERE repository = $1 AND branch_id = $2)
      DELETE FROM open_merges
      WHERE repository = $1 AND branch_id = $2
      """;

  private static final String OPEN =
      """
      INSERT INTO open_merges (repository, branch_id, conflict_set, remaining)
      VALUES ($1, $2, $3, $4)
      """;

  private static final String DECIDE =
      """
      WITH decided AS (
        INSERT INTO merge_decisions (
          repository, branch_id, position, table_name, record_key, field, constraint_name,
          resolution, column_values, null_columns, delete_row
        )
        VALUES ($1, $2, $4, $5, $6, $7, $8, $9, $10, $11, $12)
      )
      UPDATE open_merges SET remaining = $3
      WHERE repository = $1 AND branch_id = $2
      """;

  private static final String DELETE =
      """
      WITH decided AS (DELETE FROM merge_decisions WHERE repository = $1)
      DELETE FROM open_merges
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
    return List.of("open_merges", "merge_decisions");
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, ProjectedEvent event) {
    String repository = event.repository();
    return switch (event.event()) {
      case MergeOpenedV1 e -> opened(transaction, event, e);
      case ConflictsResolvedV1 e -> decided(transaction, event, e);
      case MergeAbortedV1 e -> Sql.run(transaction, CLOSE, repository, e.branchId());
      case ReplaySkippedV1 e -> Sql.run(transaction, CLOSE, repository, e.branchId());
      case ReplayAbortedV1 e -> Sql.run(transaction, CLOSE, repository, e.branchId());
      case CommitCreatedV1 e when e.live() -> Uni.createFrom().voidItem();
      case CommitCreatedV1 e -> Sql.run(transaction, CLOSE, repository, e.branchId());
      case BranchMovedV1 e -> Sql.run(transaction, CLOSE, repository, e.branchId());
      case BranchDeletedV1 e -> Sql.run(transaction, CLOSE, repository, e.branchId());
      case RepositoryDeletedV1 e -> Sql.run(transaction, DELETE, repository);
      case RepositoryCreatedV1 _,
          RepositoryOpenedV1 _,
          RepositoryUpdatedV1 _,
          Event.OfStorage _,
          Event.OfTable _,
          BranchCreatedV1 _,
          BranchRenamedV1 _,
          BranchCheckedOutV1 _,
          BranchExpirySetV1 _,
          BranchProtectedV1 _,
          BranchReviewedV1 _,
          Event.OfTag _,
          Event.OfCatalog _,
          Event.OfCheck _,
          Event.OfRole _,
          Event.OfStaging _,
          Event.OfOperation _,
          CommitTablesRecordedV1 _,
          CommitSchemaRecordedV1 _,
          MergeRequestClosedV1 _,
          MergeRequestedV1 _,
          ResolutionsForgottenV1 _,
          ReplayStartedV1 _,
          CommandCompletedV1 _ ->
          Uni.createFrom().voidItem();
    };
  }

  /** A merge that is opened again has taken what was decided before into its plan. */
  private static Uni<Void> opened(
      SqlConnection transaction, ProjectedEvent event, MergeOpenedV1 merge) {
    return Sql.all(
        Sql.run(transaction, CLOSE, event.repository(), merge.branchId()),
        Sql.run(
            transaction,
            OPEN,
            event.repository(),
            merge.branchId(),
            merge.conflictSet() == null ? null : merge.conflictSet().hex(),
            merge.conflicts().values().stream().mapToLong(Long::longValue).sum()));
  }

  private static Uni<Void> decided(
      SqlConnection transaction, ProjectedEvent event, ConflictsResolvedV1 decision) {
    return Sql.run(
        transaction,
        DECIDE,
        event.repository(),
        decision.branchId(),
        decision.remaining(),
        event.stored().position(),
        decision.table(),
        decision.key().toArray(String[]::new),
        decision.field(),
        decision.constraint(),
        decision.resolution(),
        new JsonObject(new TreeMap<String, Object>(decision.values())),
        decision.nulls().toArray(String[]::new),
        decision.deleteRow());
  }
}
