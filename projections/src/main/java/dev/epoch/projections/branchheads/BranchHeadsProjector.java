package dev.epoch.projections.branchheads;

import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.projections.ProjectedEvent;
import dev.epoch.projections.Sql;
import dev.epoch.projections.TableProjector;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/** Where each branch stands. */
public final class BranchHeadsProjector implements TableProjector {
  private static final String TABLE =
      """
      CREATE TABLE IF NOT EXISTS branch_heads (
        repository text NOT NULL,
        branch_id text NOT NULL,
        name text NOT NULL,
        head text NOT NULL,
        is_default boolean NOT NULL,
        created_at timestamptz NOT NULL,
        moved_at timestamptz NOT NULL,
        PRIMARY KEY (repository, branch_id)
      )
      """;

  private static final String INSERT =
      """
      INSERT INTO branch_heads (repository, branch_id, name, head, is_default, created_at, moved_at)
      VALUES ($1, $2, $3, $4, $5, $6, $6)
      """;

  private static final String MOVE =
      """
      UPDATE branch_heads SET head = $3, moved_at = $4
      WHERE repository = $1 AND branch_id = $2
      """;

  private static final String RENAME =
      """
      UPDATE branch_heads SET name = $3
      WHERE repository = $1 AND branch_id = $2
      """;

  private static final String DELETE =
      """
      DELETE FROM branch_heads
      WHERE repository = $1 AND branch_id = $2
      """;

  private static final String DELETE_ALL =
      """
      DELETE FROM branch_heads
      WHERE repository = $1
      """;

  @Override
  public String name() {
    return "branch-heads";
  }

  @Override
  public Lifecycle lifecycle() {
    return Lifecycle.INLINE;
  }

  @Override
  public List<String> tables() {
    return List.of(TABLE);
  }

  @Override
  public List<String> tableNames() {
    return List.of("branch_heads");
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, ProjectedEvent event) {
    String repository = event.repository();
    var time = Sql.time(event.stored().envelope().time());
    return switch (event.event()) {
      case RepositoryCreatedV1 e ->
          Sql.run(
              transaction,
              INSERT,
              repository,
              e.defaultBranchId(),
              e.defaultBranch(),
              e.rootCommit(),
              true,
              time);
      case BranchCreatedV1 e ->
          Sql.run(transaction, INSERT, repository, e.branchId(), e.name(), e.head(), false, time);
      case CommitCreatedV1 e ->
          Sql.run(transaction, MOVE, repository, e.branchId(), e.commit(), time);
      case BranchMovedV1 e -> Sql.run(transaction, MOVE, repository, e.branchId(), e.to(), time);
      case BranchRenamedV1 e -> Sql.run(transaction, RENAME, repository, e.branchId(), e.to());
      case BranchDeletedV1 e -> Sql.run(transaction, DELETE, repository, e.branchId());
      case RepositoryDeletedV1 e -> Sql.run(transaction, DELETE_ALL, repository);
      default -> Uni.createFrom().voidItem();
    };
  }
}
