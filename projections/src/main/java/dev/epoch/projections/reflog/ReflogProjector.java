package dev.epoch.projections.reflog;

import dev.epoch.events.Actor;
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
import dev.epoch.projections.ProjectedEvent;
import dev.epoch.projections.Sql;
import dev.epoch.projections.TableProjector;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Every move of a branch's head, and the last names of branches and what they are from their
 * creation on, of deleted ones too.
 */
public final class ReflogProjector implements TableProjector {
  public static final String NAME = "reflog";

  /** By the verb of a replay, what is said of each commit that it makes. */
  private static final Map<String, String> COMMANDS =
      Map.of("revert", "revert", "cherry_pick", "cherry-pick", "rebase", "rebase (pick)");

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS reflog (
            repository text NOT NULL,
            position bigint NOT NULL,
            branch_id text NOT NULL,
            command text NOT NULL,
            from_commit text,
            to_commit text,
            message text,
            actor_id text NOT NULL,
            actor_name text NOT NULL,
            actor_email text,
            moved_at timestamptz NOT NULL,
            PRIMARY KEY (repository, position)
          )
          """,
          """
          CREATE INDEX IF NOT EXISTS reflog_of_branch ON reflog (repository, branch_id, position)
          """,
          """
          CREATE TABLE IF NOT EXISTS reflog_branches (
            repository text NOT NULL,
            branch_id text NOT NULL,
            name text NOT NULL,
            PRIMARY KEY (repository, branch_id)
          )
          """,
          """
          ALTER TABLE reflog_branches
            ADD COLUMN IF NOT EXISTS own_sequences boolean NOT NULL DEFAULT false,
            ADD COLUMN IF NOT EXISTS schema_only boolean NOT NULL DEFAULT false
          """,
          """
          CREATE TABLE IF NOT EXISTS reflog_replays (
            repository text NOT NULL,
            operation_id uuid NOT NULL,
            command text NOT NULL,
            PRIMARY KEY (repository, operation_id)
          )
          """);

  /** Of a replay, the command is in the plan of the operation that makes the commit. */
  private static final String MOVE =
      """
      WITH replayed AS (
        DELETE FROM reflog_replays
        WHERE repository = $1 AND operation_id = $12
        RETURNING command
      )
      INSERT INTO reflog (
        repository, position, branch_id, command, from_commit, to_commit, message,
        actor_id, actor_name, actor_email, moved_at
      )
      VALUES ($1, $2, $3, coalesce((SELECT command FROM replayed), $4), $5, $6, $7, $8, $9, $10, $11)
      """;

  private static final String REPLAYING =
      """
      INSERT INTO reflog_replays (repository, operation_id, command)
      VALUES ($1, $2, $3)
      ON CONFLICT DO NOTHING
      """;

  private static final String REPLAYED =
      """
      DELETE FROM reflog_replays
      WHERE repository = $1 AND operation_id = $2
      """;

  private static final String NAMED =
      """
      INSERT INTO reflog_branches (repository, branch_id, name)
      VALUES ($1, $2, $3)
      ON CONFLICT (repository, branch_id) DO UPDATE SET name = excluded.name
      """;

  private static final String CREATED =
      """
      INSERT INTO reflog_branches (repository, branch_id, name, own_sequences, schema_only)
      VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT DO NOTHING
      """;

  private static final String DELETE =
      """
      WITH names AS (DELETE FROM reflog_branches WHERE repository = $1),
        replays AS (DELETE FROM reflog_replays WHERE repository = $1)
      DELETE FROM reflog
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
    return List.of("reflog", "reflog_branches", "reflog_replays");
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, ProjectedEvent event) {
    String repository = event.repository();
    return switch (event.event()) {
      case RepositoryCreatedV1 e ->
          Sql.run(transaction, NAMED, repository, e.defaultBranchId(), e.defaultBranch());
      case BranchCreatedV1 e ->
          Sql.all(
              Sql.run(
                  transaction,
                  CREATED,
                  repository,
                  e.branchId(),
                  e.name(),
                  e.hasOwnSequences(),
                  e.hasSchemaOnly()),
              move(
                  transaction,
                  event,
                  e.branchId(),
                  new Move("branch create", null, e.head(), e.startPoint())));
      case BranchRenamedV1 e -> Sql.run(transaction, NAMED, repository, e.branchId(), e.to());
      case BranchDeletedV1 e ->
          move(
              transaction,
              event,
              e.branchId(),
              new Move("branch delete", e.head(), null, e.name()));
      case CommitCreatedV1 e -> commit(transaction, event, e);
      case OperationPreparedV1 e ->
          e.plan() instanceof OperationPlan.Merge merge && COMMANDS.containsKey(merge.verb())
              ? Sql.run(
                  transaction, REPLAYING, repository, e.operationId(), COMMANDS.get(merge.verb()))
              : Uni.createFrom().voidItem();
      case OperationAbortedV1 e -> Sql.run(transaction, REPLAYED, repository, e.operationId());
      case BranchMovedV1 e -> moved(transaction, event, e);
      case RepositoryDeletedV1 e -> Sql.run(transaction, DELETE, repository);
      case RepositoryOpenedV1 _,
          RepositoryUpdatedV1 _,
          Event.OfStorage _,
          Event.OfTable _,
          BranchCheckedOutV1 _,
          BranchExpirySetV1 _,
          BranchProtectedV1 _,
          BranchReviewedV1 _,
          Event.OfTag _,
          Event.OfCatalog _,
          Event.OfCheck _,
          Event.OfRole _,
          Event.OfStaging _,
          RecoveryCompletedV1 _,
          CommitTablesRecordedV1 _,
          CommitSchemaRecordedV1 _,
          Event.OfMerge _,
          Event.OfReplay _,
          CommandCompletedV1 _ ->
          Uni.createFrom().voidItem();
    };
  }

  /** How a head moved. */
  private record Move(String command, String from, String to, String message) {}

  private static String command(CommitCreatedV1 commit) {
    return commit.live() ? "live commit" : commit.parents().size() > 1 ? "merge" : "commit";
  }

  private static Uni<Void> commit(
      SqlConnection transaction, ProjectedEvent event, CommitCreatedV1 commit) {
    Move move =
        new Move(command(commit), commit.parents().getFirst(), commit.commit(), commit.message());
    boolean ofOperation = !commit.live() && commit.parents().size() == 1;
    return move(
        transaction, event, commit.branchId(), move, ofOperation ? commit.operationId() : null);
  }

  /** A replay that moves its branch and makes no commit is told as the move alone. */
  private static Uni<Void> moved(
      SqlConnection transaction, ProjectedEvent event, BranchMovedV1 moved) {
    Uni<Void> move =
        move(
            transaction,
            event,
            moved.branchId(),
            new Move(moved.reason(), moved.from(), moved.to(), null));
    return moved.operationId() != null && COMMANDS.containsKey(moved.reason())
        ? Sql.all(move, Sql.run(transaction, REPLAYED, event.repository(), moved.operationId()))
        : move;
  }

  private static Uni<Void> move(
      SqlConnection transaction, ProjectedEvent event, String branchId, Move move) {
    return move(transaction, event, branchId, move, null);
  }

  /**
   * @param operation that may be a replay's, or null
   */
  private static Uni<Void> move(
      SqlConnection transaction, ProjectedEvent event, String branchId, Move move, UUID operation) {
    Actor actor = event.stored().envelope().actor();
    return Sql.run(
        transaction,
        MOVE,
        event.repository(),
        event.stored().position(),
        branchId,
        move.command(),
        move.from(),
        move.to(),
        move.message(),
        actor.id(),
        actor.name(),
        actor.email(),
        Sql.time(event.stored().envelope().time()),
        operation);
  }
}
