package dev.epoch.projections.conflicts;

import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.event.MergeAbortedV1;
import dev.epoch.events.event.MergeOpenedV1;
import dev.epoch.events.event.ReplayAbortedV1;
import dev.epoch.events.event.ReplaySkippedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.projections.ProjectedEvent;
import dev.epoch.projections.Sql;
import dev.epoch.projections.TableProjector;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.Map;

/**
 * Open merges: how many conflicts each table has, where they are stored, and how many are still to
 * be decided.
 */
public final class ConflictsProjector implements TableProjector {
  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS open_merges (
            repository text NOT NULL,
            branch_id text NOT NULL,
            merge_id text NOT NULL,
            source text NOT NULL,
            source_commit text NOT NULL,
            target_commit text NOT NULL,
            conflict_set text,
            remaining bigint NOT NULL,
            decisions bigint NOT NULL,
            opened_at timestamptz NOT NULL,
            PRIMARY KEY (repository, branch_id)
          )
          """,
          """
          CREATE TABLE IF NOT EXISTS open_merge_tables (
            repository text NOT NULL,
            branch_id text NOT NULL,
            table_name text NOT NULL,
            conflicts bigint NOT NULL,
            PRIMARY KEY (repository, branch_id, table_name)
          )
          """);

  private static final String CLOSE =
      """
      WITH of_tables AS (DELETE FROM open_merge_tables WHERE repository = $1 AND branch_id = $2)
      DELETE FROM open_merges
      WHERE repository = $1 AND branch_id = $2
      """;

  private static final String OPEN =
      """
      INSERT INTO open_merges (
        repository, branch_id, merge_id, source, source_commit, target_commit, conflict_set, remaining, decisions, opened_at
      )
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)
      """;

  private static final String OPEN_TABLES =
      """
      INSERT INTO open_merge_tables (repository, branch_id, table_name, conflicts)
      SELECT $1, $2, t.name, t.conflicts
      FROM unnest($3::text[], $4::bigint[]) AS t (name, conflicts)
      """;

  private static final String DECIDE =
      """
      UPDATE open_merges SET remaining = $3, decisions = decisions + 1
      WHERE repository = $1 AND branch_id = $2
      """;

  private static final String DELETE =
      """
      WITH of_tables AS (DELETE FROM open_merge_tables WHERE repository = $1)
      DELETE FROM open_merges
      WHERE repository = $1
      """;

  @Override
  public String name() {
    return "conflicts";
  }

  @Override
  public List<String> tables() {
    return TABLES;
  }

  @Override
  public List<String> tableNames() {
    return List.of("open_merges", "open_merge_tables");
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, ProjectedEvent event) {
    String repository = event.repository();
    return switch (event.event()) {
      case MergeOpenedV1 e -> opened(transaction, event, e);
      case ConflictsResolvedV1 e ->
          Sql.run(transaction, DECIDE, repository, e.branchId(), e.remaining());
      case MergeAbortedV1 e -> Sql.run(transaction, CLOSE, repository, e.branchId());
      case ReplaySkippedV1 e -> Sql.run(transaction, CLOSE, repository, e.branchId());
      case ReplayAbortedV1 e -> Sql.run(transaction, CLOSE, repository, e.branchId());
      case CommitCreatedV1 e when e.live() -> Uni.createFrom().voidItem();
      case CommitCreatedV1 e -> Sql.run(transaction, CLOSE, repository, e.branchId());
      case BranchMovedV1 e -> Sql.run(transaction, CLOSE, repository, e.branchId());
      case BranchDeletedV1 e -> Sql.run(transaction, CLOSE, repository, e.branchId());
      case RepositoryDeletedV1 e -> Sql.run(transaction, DELETE, repository);
      default -> Uni.createFrom().voidItem();
    };
  }

  private static Uni<Void> opened(
      SqlConnection transaction, ProjectedEvent event, MergeOpenedV1 merge) {
    List<Map.Entry<String, Long>> tables =
        merge.conflicts().entrySet().stream().sorted(Map.Entry.comparingByKey()).toList();
    return Sql.all(
        Sql.run(transaction, CLOSE, event.repository(), merge.branchId()),
        Sql.run(
            transaction,
            OPEN,
            event.repository(),
            merge.branchId(),
            merge.mergeId(),
            merge.source(),
            merge.sourceCommit(),
            merge.targetCommit(),
            merge.conflictSet() == null ? null : merge.conflictSet().hex(),
            tables.stream().mapToLong(Map.Entry::getValue).sum(),
            Sql.time(event.stored().envelope().time())),
        Sql.run(
            transaction,
            OPEN_TABLES,
            event.repository(),
            merge.branchId(),
            tables.stream().map(Map.Entry::getKey).toArray(String[]::new),
            tables.stream().map(Map.Entry::getValue).toArray(Long[]::new)));
  }
}
